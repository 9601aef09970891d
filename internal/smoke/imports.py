# Imports what its arguments name, in their order. What is tried is written to file
# descriptor 3 before it is; an empty line there says that all passed.
import os
import sys

steps = sys.argv[1:]
del sys.argv[1:]
for step in steps:
    os.write(3, (step + "\n").encode())
    kind, _, what = step.partition(" ")
    if kind == "script":
        with open(what, "rb") as f:
            compile(f.read(), what, "exec", dont_inherit=True)
        continue
    __import__(what)
    if kind == "main" and hasattr(sys.modules[what], "__path__"):
        # Importing the __main__ of a package would run the service.
        import importlib.util

        spec = importlib.util.find_spec(what + ".__main__")
        if spec is None:
            raise ImportError(f"{what} is a package without __main__.py: it cannot be run by -m", name=what)
        spec.loader.get_code(spec.name)
os.write(3, b"\n")
for stream in (sys.stdout, sys.stderr):
    if stream is not None:
        stream.flush()
# Threads that an import started must not keep this process.
os._exit(0)
