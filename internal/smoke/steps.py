# What a step does: `import MODULE`; `main MODULE`, for -m; `file FILE`, which is
# imported as a server imports it; `script FILE`, which is run without what stands
# below its `if __name__ == "__main__":`.
import os
import sys


def run(step, arguments):
    kind, _, what = step.partition(" ")
    if kind == "script":
        return run_script(what, arguments)
    if kind == "file":
        what = module_of(what)
    __import__(what)
    if kind == "main" and hasattr(sys.modules[what], "__path__"):
        # Importing the __main__ of a package would run the service.
        import importlib.util

        spec = importlib.util.find_spec(what + ".__main__")
        if spec is None:
            raise ImportError(f"{what} is a package without __main__.py: it cannot be run by -m", name=what)
        spec.loader.get_code(spec.name)


def run_script(file, arguments):
    import pkgutil
    import runpy

    sys.argv[1:] = arguments
    if not getattr(sys.flags, "safe_path", False):
        del sys.path[0]  # of -c
        if pkgutil.get_importer(file) is None:
            sys.path.insert(0, os.path.dirname(os.path.realpath(file)))
        # Else it is a folder or an archive, which runpy adds.
    try:
        runpy.run_path(file, run_name="__keelback__")
    except SystemExit as e:
        if e.code is not None and e.code != 0:
            raise


def module_of(file):
    """Names the module of a file, from its outermost package on."""
    folder, name = os.path.split(os.path.realpath(file))
    names = [] if name == "__init__.py" else [os.path.splitext(name)[0]]
    while os.path.isfile(os.path.join(folder, "__init__.py")):
        folder, name = os.path.split(folder)
        names.insert(0, name)
    if not os.path.exists(file):
        raise FileNotFoundError(2, "No such file or directory", file)
    sys.path.insert(0, folder)
    return ".".join(names)


def given():
    """The steps, and the arguments of the script."""
    words = sys.argv[1:]
    del sys.argv[1:]
    at = words.index("--")
    return words[:at], words[at + 1 :]


