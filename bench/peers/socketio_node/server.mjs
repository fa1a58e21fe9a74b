// Socket.IO on Node with its Redis adapter, as its documentation sets it up.
import { createServer } from "node:http";
import { createAdapter } from "@socket.io/redis-adapter";
import { createClient } from "redis";
import { Server } from "socket.io";

const url = process.env.REDIS_URL;
const address = new URL(url);
const publisher = createClient(address.protocol === "unix:" ? { socket: { path: address.pathname } } : { url });
const subscriber = publisher.duplicate();
await Promise.all([publisher.connect(), subscriber.connect()]);

const http = createServer();
const io = new Server(http, {
  transports: ["websocket"],
  adapter: createAdapter(publisher, subscriber),
});

io.on("connection", async (socket) => {
  const { room } = socket.handshake.query;
  await socket.join(room);
  socket.on("say", (text) => io.to(room).emit("said", text));
});

http.listen({ port: Number(process.argv[2]), host: "127.0.0.1", backlog: 2048 });
