"""Setting up a seat's devices (话机配置): what SIP phones are told, and what the browser's phone needs."""
