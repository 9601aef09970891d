package slim

// stdlibMaxRules are the rules for parts of the standard library that few services
// use. All but one are Named: what a package or the service itself imports stays.
func stdlibMaxRules() []Rule {
	return []Rule{
		{
			Name: "python-east-asian-codecs", Level: Max, Package: Stdlib,
			Files: []string{
				"lib-dynload/_codecs_cn.*", "lib-dynload/_codecs_hk.*", "lib-dynload/_codecs_jp.*",
				"lib-dynload/_codecs_kr.*", "lib-dynload/_codecs_tw.*", "lib-dynload/_codecs_iso2022.*",
				"encodings/big5*.py", "encodings/gb*.py", "encodings/cp932.py", "encodings/cp949.py", "encodings/cp950.py",
				"encodings/euc_*.py", "encodings/iso2022_*.py", "encodings/johab.py", "encodings/shift_jis*.py", "encodings/hz.py",
			},
			Reason: "texts in Big5, GB18030, Shift JIS, EUC and the like, as old mails and pages have them; `decode` then says that the encoding is unknown. Texts in UTF-8 and UTF-16 need none of this",
			Saves:  "3.13.2 on Alpine: 0.9 MB",
			Proof: `
import codecs, email.message, locale
for name in "utf-8", "utf-16", "utf-8-sig", "latin-1", "cp1252", "ascii", "idna", "punycode", "koi8-r":
    assert "abc".encode(name).decode(name) == "abc", name
assert "\u65e5\u672c".encode().decode() == "\u65e5\u672c"
try:
    b"abc".decode("shift_jis")
except LookupError:
    pass
`,
		},
		{
			Name: "python-databases", Level: Max, Package: Stdlib, Named: true,
			Files: []string{
				"sqlite3", "dbm", "shelve.py", "lib-dynload/_sqlite3.*", "lib-dynload/_dbm.*", "lib-dynload/_gdbm.*",
			},
			Reason: "SQLite and smaller databases in files: for who imports `sqlite3`, `dbm` or `shelve`. Their libraries stay behind with them",
			Saves:  "3.13.2 on Alpine: 0.2 MB, and 1.7 MB of libsqlite3 and libgdbm; 3.14.6: 1.6 MB",
			Proof: `
import json, pickle, tempfile
with tempfile.TemporaryFile() as f:
    pickle.dump({"a": 1}, f)
    f.seek(0)
    assert pickle.load(f) == json.loads('{"a": 1}')
`,
		},
		{
			Name: "python-tools", Level: Max, Package: Stdlib, Named: true,
			Files: []string{
				"venv", "zipapp.py", "modulefinder.py", "pyclbr.py", "tabnanny.py", "symtable.py",
				"pickletools.py", "compileall.py", "antigravity.py",
			},
			Reason: "tools of developers that are started by hand: `python -m venv`, `-m compileall`, `-m zipapp` and the like",
			Saves:  "3.13.2 on Alpine: 0.2 MB",
			Proof: `
import ast, doctest, inspect, pdb, pickle, profile, timeit, tokenize, tracemalloc, zipfile
assert timeit.timeit("1", number=1) >= 0 and inspect.signature(len)
`,
		},
		{
			Name: "python-protocols", Level: Max, Package: Stdlib, Named: true,
			Files:  []string{"mailbox.py", "imaplib.py", "poplib.py", "nntplib.py", "telnetlib.py", "xmlrpc", "wave.py"},
			Reason: "IMAP, POP3, NNTP, Telnet, XML-RPC, and sound files: for who imports them. No other part of the standard library needs them",
			Saves:  "3.13.2 on Alpine: 0.3 MB",
			Proof: `
import asyncio, email.message, ftplib, http.client, http.server, logging.handlers, multiprocessing, smtplib, socketserver, urllib.request
assert email.message_from_string("Subject: x\n\ny")["subject"] == "x"
`,
		},
		{
			Name: "python-distutils", Level: Max, Package: Stdlib, Named: true,
			Files:  []string{"distutils"},
			Reason: "builds packages; gone in 3.12",
			Saves:  "3.11.11: 0.6 MB",
			Proof:  "import sysconfig, shutil\nassert sysconfig.get_paths() and shutil.which('sh')\n",
		},
	}
}
