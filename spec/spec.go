package spec

// Spec is a checked build file: what a Python service needs at run time.
// Parse makes it, with defaults filled in; nothing changes it afterwards.
type Spec struct {
	// Name of the service: lower-case letters and digits, and between them `.`, `_`
	// or `-`, at most 128 characters. It becomes the label
	// `org.opencontainers.image.title`, and names the archive that `keelback build`
	// writes.
	Name string `yaml:"name" required:"true" example:"orders-api"`

	// Version of the service, as it is released: at most 128 characters, no spaces.
	// It becomes the label `org.opencontainers.image.version`.
	Version string `yaml:"version" example:"\"1.4\""`

	// Python version to run on, 3.9 to 3.14, as `MAJOR.MINOR` or
	// `MAJOR.MINOR.PATCH`, in quotes: YAML reads a bare `3.10` as the number 3.1.
	// It may use build arguments as `${NAME}`. Without it the version comes from
	// `.python-version`, else it is the oldest that `requires-python` in
	// `pyproject.toml` allows; when two of them disagree the build stops.
	Python string `yaml:"python" example:"\"3.13\""`

	// Runtime is what the service runs on: `alpine` (musl) or `distroless` (glibc),
	// or a mapping with a base of one's own.
	Runtime Runtime `yaml:"runtime" example:"alpine"`

	// Dependencies says where the locked dependencies are listed, and which of them
	// are installed.
	Dependencies Dependencies `yaml:"dependencies" example:"{lock: uv.lock}"`

	// Layers is the number of layers that the dependencies may be spread over. Big
	// packages have one of their own, so that a new version of one package leaves the
	// others' layers as they are, on every machine and in every image that has them.
	Layers int `yaml:"layers" default:"8" range:"1..64" example:"4"`

	// Builder is the stage in which packages are built that have no wheel, and the
	// project itself. Nothing of it is in the image but what was built there, and the
	// interpreter.
	Builder Builder `yaml:"builder" example:"{packages: [build-base]}"`

	// App selects the service's own files, copied to `/app`.
	App App `yaml:"app" example:"{include: [src]}"`

	// Command that starts the service, in exec form: a list of the program and its
	// arguments. No shell reads it, so it has no `&&` and no `$NAME`.
	Command []string `yaml:"command" required:"true" example:"[uvicorn, orders.main:app, --port, \"8000\"]"`

	// Ports that the service listens on.
	Ports []int `yaml:"ports" range:"1..65535" example:"[8000]"`

	// Env is the environment of the service. A value may use the build arguments of
	// `args` as `${NAME}`; `$NAME` stays as it is. A value that looks like a secret
	// is an error, unless it is written as `{value: ..., not_secret: true}`. `PATH`,
	// `PYTHONHOME` and `PYTHONPATH` cannot be set.
	Env map[string]EnvValue `yaml:"env" example:"{LOG_LEVEL: info}"`

	// Args are the build arguments that may be given with `--build-arg`, with their
	// defaults. They are used as `${NAME}` in `env`, `labels` and `python`;
	// `$${NAME}` is the text `${NAME}`. Build arguments are for all to read, so
	// they cannot be secrets. Those of BuildKit itself (`BUILDKIT_*`, proxies,
	// `SOURCE_DATE_EPOCH`) are not declared.
	Args map[string]string `yaml:"args" example:"{LOG_LEVEL: info}"`

	// Health is the check that tells whether the service works: `http` or `tcp`. It
	// is run by the image's own Python; neither a shell nor curl is needed.
	Health *Health `yaml:"health" example:"{http: /healthz}"`

	// User that the service runs as.
	User User `yaml:"user" example:"{name: appuser, uid: 1001}"`

	// Writable are absolute paths that the service writes to. Each becomes a volume
	// that belongs to the user and to group 0, mode 0775. All else is read-only for
	// the service, but for `/tmp`. They are not in the folders of the system, nor
	// below one another.
	Writable []string `yaml:"writable" example:"[/data]"`

	// Threads is the number of threads that native libraries may start: it sets
	// `OMP_NUM_THREADS`, `OPENBLAS_NUM_THREADS`, `MKL_NUM_THREADS`,
	// `NUMEXPR_NUM_THREADS` and `TOKENIZERS_PARALLELISM`, and `OMP_STACKSIZE` on musl,
	// whose thread stacks are small. 0, the default, sets none of them.
	Threads int `yaml:"threads" range:"0..1024" example:"2"`

	// Slim says which files of the standard library and of packages are left out, and
	// drops from their libraries what no loader reads (symbol tables, debug data):
	// `none`, `safe` or `max`, or a mapping. `docs/slimming.md` lists the rules; what
	// was left out is in `keelback plan`.
	Slim Slim `yaml:"slim" example:"safe"`

	// Bytecode says which modules the image has compiled: with `strip` it is smallest,
	// with `compile` it starts fastest, and `imported` has most of the speed for less
	// than half of the bytes. The bytecode of pip, uv and the base is never there.
	Bytecode Bytecode `yaml:"bytecode" default:"strip" example:"imported"`

	// Optimize is Python's level of optimization: 1 leaves out `assert`, 2 docstrings
	// too. It sets `PYTHONOPTIMIZE`. Some packages need what is left out.
	Optimize int `yaml:"optimize" range:"0..2" example:"1"`

	// Smoke says how the image is tried before it is handed over: `off` for not at
	// all, or a mapping. By default the command is started in the finished image, as its
	// user, with a read-only root and without network, and has to pass its health check;
	// a service without a health check has the module of its command imported.
	Smoke Smoke `yaml:"smoke" example:"{imports: [orders.main]}"`

	// Budget is what the image may weigh. What is over it fails the build, and is told
	// with the ten biggest causes.
	Budget Budget `yaml:"budget" example:"{size: 60MB}"`

	// Labels of the image. A value may use build arguments as `${NAME}`. The labels
	// `org.opencontainers.image.title` and `org.opencontainers.image.version` come
	// from `name` and `version`.
	Labels map[string]string `yaml:"labels" example:"{team: orders}"`

	// StopSignal is the name of the signal that stops the service.
	StopSignal string `yaml:"stop_signal" default:"SIGTERM" example:"SIGINT"`

	source source
}

// Runtime is what the service runs on. In the file it is either a [Base] or a
// mapping.
type Runtime struct {
	// Base is the family of the runtime: it decides the C library, the builder
	// image and the way packages are recorded.
	Base Base `yaml:"base" default:"alpine" short:"true" example:"distroless"`

	// Image that the runtime is built on, instead of the base's own. It has to be of
	// the same release as the builder image.
	Image string `yaml:"image" example:"docker.io/library/alpine:3.22"`

	// Packages of the system to install in the runtime, as `NAME` or `NAME=VERSION`:
	// apk packages with `alpine`, Debian packages with `distroless`, of which the
	// files are taken, and the packages that they depend on. What only scripts of
	// packages do is not done there.
	Packages []string `yaml:"packages" example:"[libpq]"`
}

// Dependencies says where the locked dependencies are listed, and which of them
// are installed.
type Dependencies struct {
	// Lock is the path of the lock file in the build context: `pylock.toml` (also
	// `pylock.NAME.toml`), `uv.lock`, `poetry.lock`, `pdm.lock`, `Pipfile.lock` or a
	// `requirements.txt` with a hash for each line. Without it the one lock file in the
	// root of the context is taken; a service without dependencies needs none.
	Lock string `yaml:"lock" example:"uv.lock"`

	// Extras of the project to install. A `requirements.txt` has none.
	Extras []string `yaml:"extras" example:"[postgres]"`

	// Groups of dependencies (PEP 735) to install. Development groups are off
	// unless they are named here; the default groups of a `pylock.toml`, which are its
	// normal dependencies, are always installed. A `requirements.txt` has no groups.
	Groups []string `yaml:"groups" example:"[metrics]"`

	// AllowSdist are the packages that may be built from a source distribution.
	// Building runs the package's code, so all others are installed from wheels or
	// not at all.
	AllowSdist []string `yaml:"allow_sdist" example:"[psycopg2]"`

	// AllowStartup are the packages that may run code each time Python starts, whatever
	// the service imports: by a `.pth` file with a line of code, or a path that leads
	// out of its wheel, by a `.start` file, or a module `sitecustomize` or
	// `usercustomize`. Malware has hidden there. What setuptools writes for namespaces,
	// and its own, needs no permission.
	AllowStartup []string `yaml:"allow_startup" example:"[ddtrace]"`

	// Mirror is the URL of a server that has the same files as those that the lock
	// names: it takes the place of the scheme and host of each URL, and the path
	// follows it. What the lock says of a file's hash still counts. The build argument
	// `KEELBACK_MIRROR` does the same for one build.
	Mirror string `yaml:"mirror" example:"https://mirror.example.com/python"`

	// Wheelhouse has all files that the lock names, so that nothing is downloaded: a
	// folder of the build context, or an image of wheels as `docker-image://REF`.
	// `keelback wheelhouse` fills one. The named context `wheelhouse` takes its place.
	Wheelhouse string `yaml:"wheelhouse" example:"wheels"`
}

// Builder is the stage in which packages without wheels, and the project itself, are
// built.
type Builder struct {
	// Image of the builder, instead of the Python image that goes with the runtime.
	// It has to be of the same release as the runtime's base.
	Image string `yaml:"image" example:"docker.io/library/python:3.13-alpine3.22"`

	// Packages of the system to install in the builder, such as compilers and
	// headers, as `NAME` or `NAME=VERSION`: apk packages with `alpine`, Debian
	// packages with `distroless`.
	Packages []string `yaml:"packages" example:"[build-base, libpq-dev]"`

	// Unlocked lets the build requirements of source distributions, and of the
	// project itself, be downloaded in whatever version is newest. Without it they
	// come from the lock.
	Unlocked bool `yaml:"unlocked" example:"true"`
}

// App selects the service's own files.
type App struct {
	// Include are patterns, in the syntax of `.dockerignore`, of the files to copy.
	// Default: all.
	Include []string `yaml:"include" example:"[src, assets]"`

	// Exclude are patterns, in the syntax of `.dockerignore`, of files not to copy.
	// They are added to the built-in ones: version control, virtual environments,
	// caches, tests (`tests`, `test_*.py`, `*_test.py`, `conftest.py`), secrets of
	// developers (`.env*`, `.netrc`, `.npmrc`, `.pypirc`, `.aws`, `.ssh`, `id_rsa` and
	// its like), ignore files, specs (`keelback.yaml`, `keelback.*.yaml`) and the archive
	// that `keelback build` writes. `!PATTERN` takes one back, and so does including it.
	Exclude []string `yaml:"exclude" example:"[\"**/fixtures\", \"!tests/data\"]"`

	// Path is the folder of the build context that modules are imported from:
	// `/app/PATH` becomes the `PYTHONPATH`. Default: `src` where there is such a folder
	// and the project itself is not installed.
	Path string `yaml:"path" example:"backend/src"`
}

// EnvValue is the value of an environment variable. In the file it is either the
// text or a mapping.
type EnvValue struct {
	// Value of the variable.
	Value string `yaml:"value" short:"true"`

	// NotSecret says that the value is no secret, though it looks like one.
	NotSecret bool `yaml:"not_secret" example:"true"`
}

// Health is the check that tells whether the service works: either HTTP or TCP.
type Health struct {
	// HTTP is the path to ask for with GET.
	HTTP string `yaml:"http" example:"/healthz"`

	// TCP makes the check a connection to `port`, and nothing more.
	TCP bool `yaml:"tcp" example:"true"`

	// Port to ask, of `ports` or not. Default: the one of `ports`, when there is
	// just one.
	Port int `yaml:"port" range:"1..65535" example:"8000"`

	// Status that the answer must have (HTTP).
	Status int `yaml:"status" default:"200" range:"100..599" example:"204"`

	// Body is text that the answer must contain (HTTP).
	Body string `yaml:"body" example:"\"ok\""`

	// Interval between two checks.
	Interval Duration `yaml:"interval" default:"30s" example:"1m30s"`

	// Timeout of one check.
	Timeout Duration `yaml:"timeout" default:"5s" example:"3s"`

	// StartPeriod in which a failing check does not count.
	StartPeriod Duration `yaml:"start_period" default:"10s" example:"20s"`

	// Retries is the number of failures in a row that make the service unhealthy.
	Retries int `yaml:"retries" default:"3" range:"1..100" example:"5"`
}

// Slim says which files are left out. In the file it is either a [SlimLevel] or a
// mapping.
type Slim struct {
	// Level is how much is left out.
	Level SlimLevel `yaml:"level" default:"safe" short:"true" example:"max"`

	// Keep are globs of files that stay, whatever rule would take them: from the
	// directory of packages or of the standard library, or absolute below `/opt/venv`. `*`
	// stays inside of a name, `**` spans folders, and a folder stands for all that is
	// in it.
	Keep []string `yaml:"keep" example:"[\"numpy/**/tests\"]"`

	// Drop are globs of files that are left out, though no rule takes them. The
	// metadata of packages always stays.
	Drop []string `yaml:"drop" example:"[\"botocore/data/ec2\"]"`
}

// Smoke says how the image is tried before it is handed over. In the file it is either
// a [SmokeGate] or a mapping.
type Smoke struct {
	// Gate tells whether it is tried at all. `off` is told in the label
	// `io.github.keelback.smoke`.
	Gate SmokeGate `yaml:"gate" default:"on" short:"true" example:"off"`

	// Imports are modules that must be importable.
	Imports []string `yaml:"imports" example:"[orders.main]"`

	// Start says that the command is started and has to pass its health check. A
	// service that needs a database when it starts says false, and has its imports
	// checked: those of `imports`, and the module of its command.
	Start bool `yaml:"start" default:"true" example:"false"`

	// Timeout of the start, up to the first check that passes.
	Timeout Duration `yaml:"timeout" default:"60s" example:"2m"`
}

// Budget is what the image may weigh.
type Budget struct {
	// Size of all files on disk, with those of the base.
	Size Size `yaml:"size" example:"60MB"`

	// Compressed is the size of all layers as gzip packs them, as a registry has them.
	Compressed Size `yaml:"compressed" example:"20MB"`

	// Packages is the number of Python packages.
	Packages int `yaml:"packages" range:"1..100000" example:"40"`
}

// User that the service runs as.
type User struct {
	// Name of the user, and of its group.
	Name string `yaml:"name" default:"appuser" example:"appuser"`

	// UID of the user. The image config names the user by it, as
	// Kubernetes' runAsNonRoot asks.
	UID int `yaml:"uid" default:"1001" range:"1..65534" zero:"0 is root, which the service must not run as" example:"10001"`

	// GID of the user's group. Default: the same number as `uid`.
	GID int `yaml:"gid" range:"1..65534" zero:"0 is the group of root" example:"10001"`
}
