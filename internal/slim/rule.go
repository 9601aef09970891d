// Package slim decides which files of the standard library and of packages an image
// does without. What a rule takes is listed in the build's plan, and each rule says
// what shows that nothing is missed.
package slim

// Level says how much is left out.
type Level string

const (
	// None leaves all files as they are.
	None Level = "none"

	// Safe leaves out what no import and no documented API needs.
	Safe Level = "safe"

	// Max leaves out more: what only some uses of a package need. Each row says which.
	Max Level = "max"
)

// Stdlib is what a rule names as its package when it is for the standard library.
const Stdlib = "python"

// DebugSymbols is the rule for what no loader reads of a library: it makes files
// smaller and takes none. See [Slimmer.Strips].
const DebugSymbols = "debug-symbols"

// Bytecode is the rule for bytecode beside its source: who installs leaves it out in
// any case, since it is of another machine.
const Bytecode = "bytecode"

// Drop is the rule that removals by [Options.Drop] are listed under.
const Drop = "drop"

// Rule takes one kind of files away.
type Rule struct {
	// Name is short and unique: what reports and messages call it.
	Name string

	// Level from which on the rule is applied: Safe or Max.
	Level Level

	// Package is the normalised name of the one distribution that the rule is for,
	// [Stdlib], or empty for all distributions.
	Package string

	// Files are globs of what the rule takes, slash-separated, from the directory of
	// packages or of the standard library: `*` stays inside of a name, `**` spans
	// folders. A folder stands for all that is in it. What a package has outside of
	// the directory begins with `../../../`, as in RECORD.
	Files []string

	// Except are globs of what stays all the same: for the rule of one package, also
	// where a rule for all packages would take it.
	Except []string

	// Named tells that what something else imports or names is kept (see package scan): the
	// name alone does not show that nothing needs it. Of what a package says of
	// itself, a rule for that package is taken to know all but what is imported. The
	// files of a rule for the standard library stay together: where one is named, all
	// of them do.
	Named bool

	// Together tells the same of a Named rule for a package: where one of its files is
	// named, all of them stay.
	Together bool

	// Words tells that a file or folder is named by its name alone, up to the first
	// dot, where that is a whole text in some code: `client("s3")` names
	// botocore/data/s3. What the rule's own package says does not count.
	Words bool

	// Where says what more must be so for a Named rule to take something; empty is
	// nothing.
	Where Place

	// Unless are distributions that use such files of all others: where one of them
	// is installed, the rule takes nothing. It is for Named rules.
	Unless []string

	// Whole tells that the rule takes its Package as if it were not installed, with
	// its metadata. It is for Named rules, and its Files are all of the package's.
	Whole bool

	// Reason says why nothing needs the files.
	Reason string

	// Saves is what the rule was measured to take, with the versions: `pandas 3.0.3:
	// 9.8 of 41.2 MB`. Rules for all packages may leave it empty.
	Saves string

	// Proof is a Python program that works with the files gone, and uses what they
	// lie nearest to. A test runs it. Empty for rules for all packages, which have
	// tests of their own.
	Proof string
}

// Place is where a file has to lie, or what has to lie in a folder, for a rule to
// take it.
type Place string

const (
	// InTests is a folder with code for test runners: a package, or with modules
	// test_*.py or *_test.py. The name alone could be one of data.
	InTests Place = "tests"

	// NoCode is a folder that is no package, and has none below: nothing can be
	// imported from it by accident of a search.
	NoCode Place = "no code"

	// BesideExtension is a folder with a compiled module in it.
	BesideExtension Place = "beside a compiled module"

	// InCompiled is a wheel with a compiled module in it.
	InCompiled Place = "in a wheel with compiled modules"
)
