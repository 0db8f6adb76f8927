"""The command line's commands, one module a matter. They call the desk and print."""
