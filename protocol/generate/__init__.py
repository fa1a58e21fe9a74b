"""What is made from the declarations: TypeScript types, the AsyncAPI document, the tables of PROTOCOL.md. Pure."""
