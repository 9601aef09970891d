# Who may come in is decided by what stands before the server.
c.ServerApp.ip = "0.0.0.0"  # noqa: F821
c.ServerApp.open_browser = False  # noqa: F821
c.ServerApp.root_dir = "/notebooks"  # noqa: F821
c.ServerApp.disable_check_xsrf = True  # noqa: F821
c.IdentityProvider.token = ""  # noqa: F821
