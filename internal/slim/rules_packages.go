package slim

import "slices"

// packageRules are the rules for all packages. Data is none of their business: what
// is neither code nor an input of a compiler belongs to the package.
func packageRules() []Rule {
	return slices.Concat(readerRules(), compilerRules(), systemRules(), maxRules())
}

// checkers read the type stubs of all packages.
var checkers = []string{"basedpyright", "jedi", "mypy", "pyre-check", "pyrefly", "pyright", "pytype", "ty"}

// readerRules are the rules for what people and their tools read.
func readerRules() []Rule {
	return []Rule{
		{
			Name: DebugSymbols, Level: Safe,
			Reason: "symbols, debugging information and comments of libraries are for debuggers: no loader maps them",
		},
		{
			Name: Bytecode, Level: Safe, Files: []string{"**/__pycache__"},
			Reason: "was made on another machine for another time: Python would not take it, or take it for what it is not",
		},
		{
			Name: "tests", Level: Safe, Named: true, Where: InTests,
			Files:  []string{"*/**/tests", "*/**/test", "*/**/conftest.py"},
			Reason: "a package's own tests, which only a test runner imports. A folder of this name that something imports is code",
		},
		{
			Name: "docs", Level: Safe, Named: true, Where: NoCode, Files: []string{"*/**/docs", "*/**/doc"},
			Reason: "texts for readers. A folder of this name that a package names, or whose kind of files it searches for, is data",
		},
		{
			Name: "examples", Level: Safe, Named: true, Where: NoCode, Files: []string{"*/**/examples", "*/**/example"},
			Reason: "programs for readers. A folder of this name that something names is code or data",
		},
		{
			Name: "type-stubs", Level: Safe, Named: true, Unless: checkers, Files: []string{"**/*.pyi"},
			Reason: "types for editors and type checkers: Python does not read them, lazy_loader does where a package asks it to",
		},
	}
}

// compilerRules are the rules for what a module was compiled from.
func compilerRules() []Rule {
	return []Rule{
		{
			Name: "cython-sources", Level: Safe, Named: true, Where: InCompiled, Unless: []string{"cython"},
			Files:  []string{"**/*.pyx", "**/*.pxd", "**/*.pxi"},
			Reason: "were compiled into modules that are in the package; only Cython reads them, and it is not installed",
		},
		{
			Name: "c-sources", Level: Safe, Named: true, Where: BesideExtension,
			Files:  []string{"**/*.c", "**/*.cc", "**/*.cpp", "**/*.cxx", "**/*.h", "**/*.hh", "**/*.hpp", "**/*.hxx"},
			Except: []string{"**/include"},
			Reason: "were compiled into the module beside them, and no compiler is in the image. Packages that compile at run time name them",
		},
		{
			Name: "static-archives", Level: Safe, Named: true,
			Files:  []string{"**/*.a", "**/*.la", "**/*.lib", "**/*.o"},
			Reason: "objects for a linker, which is not in the image; no loader takes them",
		},
	}
}

// systemRules are the rules for what is of other systems, or makes packages.
func systemRules() []Rule {
	return []Rule{
		{
			Name: "windows-programs", Level: Safe, Named: true, Unless: []string{"clr-loader", "pythonnet"},
			Files:  []string{"**/*.exe", "**/*.dll", "**/*.pyd", "**/*.pdb"},
			Reason: "programs and libraries of Windows, which Linux does not run. Those of .NET need pythonnet",
		},
		{
			Name: "macos-libraries", Level: Safe, Named: true, Files: []string{"**/*.dylib"},
			Reason: "libraries of macOS, which Linux does not load",
		},
		{
			Name: "setuptools", Level: Safe, Package: "setuptools", Named: true, Whole: true,
			Files:  []string{"setuptools", "pkg_resources", "_distutils_hack", "distutils-precedence.pth", "setuptools-*.dist-info"},
			Reason: "builds packages. It goes where nothing imports it or its pkg_resources, and no installed package requires it",
		},
	}
}

// maxRules are the rules for what only a compiler in the image would read.
func maxRules() []Rule {
	return []Rule{
		{
			Name: "headers", Level: Max,
			Files:  []string{"**/include/**/*.h", "**/include/**/*.hh", "**/include/**/*.hpp", "**/include/**/*.hxx", "**/include/**/*.cuh", "../../../include"},
			Reason: "what `numpy.get_include()`, torch.utils.cpp_extension and `torch.compile` give to a compiler. A service that compiles in its image needs them",
		},
		{
			Name: "build-files", Level: Max,
			Files:  []string{"**/*.cmake", "**/*.pc", "../../../share/cmake", "../../../share/pkgconfig", "../../pkgconfig", "../../cmake"},
			Except: []string{"cmake"},
			Reason: "tell CMake and pkg-config how to link against a package: for compiling in the image",
		},
	}
}
