"""The REST layer: accounts, devices, records, files. Thin: parse, authorise, one store or road call, answer."""
