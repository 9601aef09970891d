# Tells which bytecode Python asks for, in each process that starts with these
# packages. It is in the image for one run alone.
#
# The import system looks for the bytecode of a source file before it reads that
# file, and opening it is an audit event, whether it is there or not. So what is told
# is just what would have been read: by import, by -m, of the right optimization.
import posix
import sys


# What is used is bound as defaults: names of modules are gone when Python ends, and
# atexit functions may import. Nothing stays open: a service may close all files.
def tell(
    path,
    told=set(),
    file="@RECORD@",
    flags=posix.O_WRONLY | posix.O_APPEND | posix.O_CLOEXEC,
    getcwd=posix.getcwd,
    open=posix.open,
    write=posix.write,
    close=posix.close,
    OSError=OSError,
):
    if path in told:
        return
    try:
        full = path if path[0] == "/" else getcwd() + "/" + path
        fd = open(file, flags)
        try:
            # One write of a line is whole: processes and threads append at once.
            write(fd, full.encode("utf-8", "surrogateescape") + b"\n")
        finally:
            close(fd)
    except OSError:
        # A process may see another root. What a handler of a signal raises passes.
        return
    told.add(path)


def watch(event, args, tell=tell, type=type, str=str):
    if event == "open" and type(args[0]) is str and args[0][-4:] == ".pyc":
        tell(args[0])


for module in list(sys.modules.values()):
    # Those that were loaded before; what is frozen has no bytecode file.
    cached = getattr(getattr(module, "__spec__", None), "cached", None)
    if type(cached) is str and cached:
        tell(cached)
del module, cached
sys.addaudithook(watch)
