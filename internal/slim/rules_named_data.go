package slim

// cloudRules are the rules for clients of services in a cloud: they describe all
// services there are.
func cloudRules() []Rule {
	return []Rule{
		{
			Name: "botocore-examples", Level: Safe, Package: "botocore",
			Files:  []string{"botocore/data/*/*/examples-1.json*"},
			Reason: "texts for the reference that botocore.docs writes; `help` on a client does not show them",
			Saves:  "botocore 1.44.5: 1.6 of 20.9 MB",
			Proof:  botocoreProof,
		},
		{
			Name: "botocore-services", Level: Max, Package: "botocore", Named: true, Words: true,
			Files:  []string{"botocore/data/*"},
			Except: []string{"botocore/data/*.json", "botocore/data/*.json.gz", "botocore/data/sts", "botocore/data/sso", "botocore/data/sso-oidc", "botocore/data/signin"},
			Reason: "descriptions of services that no code names by a text of its own, as client(\"s3\") does; a name that comes from a configuration is not seen. What gets credentials stays",
			Saves:  "botocore 1.44.5, where s3 is named: 15.9 of 20.9 MB, which no compression makes smaller",
			Proof:  botocoreProof,
		},
		{
			Name: "boto3-resources", Level: Max, Package: "boto3", Named: true, Words: true,
			Files:  []string{"boto3/data/*"},
			Reason: "descriptions of resources that no code names by a text of its own, as resource(\"s3\") does",
			Saves:  "boto3 1.44.5, where s3 is named: 0.6 of 1.0 MB",
			Proof: `
import boto3
s3 = boto3.resource("s3", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
assert s3.Object("bucket", "key").key == "key" and s3.meta.client.meta.region_name == "eu-west-1"
`,
		},
		{
			Name: "google-api-documents", Level: Max, Package: "google-api-python-client", Named: true, Words: true,
			Files:  []string{"googleapiclient/discovery_cache/documents/*"},
			Reason: "descriptions of interfaces that no code names by a text of its own, as build(\"drive\", \"v3\") does; with static_discovery=False they come from the network",
			Saves:  "google-api-python-client 2.202.0, where drive is named: 113.7 of 114.1 MB",
			Proof: `
from googleapiclient.discovery import build
from googleapiclient.errors import UnknownApiNameOrVersion
drive = build("drive", "v3", developerKey="x")
assert drive.files().list(pageSize=1).uri.startswith("https://")
`,
		},
		{
			Name: "kubernetes-aio", Level: Max, Package: "kubernetes", Named: true,
			Files:  []string{"kubernetes/aio"},
			Reason: "the client a second time, for asyncio: for who imports kubernetes.aio",
			Saves:  "kubernetes 37.0.1: 40.8 of 73.6 MB",
			Proof: `
from kubernetes import client, config, dynamic, watch
pod = client.V1Pod(metadata=client.V1ObjectMeta(name="a"))
api = client.CoreV1Api(client.ApiClient(client.Configuration(host="http://localhost:1")))
assert api.api_client.sanitize_for_serialization(pod) == {"metadata": {"name": "a"}}
`,
		},
	}
}

const botocoreProof = `
import botocore.session
from botocore.stub import Stubber
session = botocore.session.get_session()
s3 = session.create_client("s3", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
assert s3.generate_presigned_url("get_object", Params={"Bucket": "b", "Key": "k"}).startswith("https://")
with Stubber(s3) as stub:
    stub.add_response("list_buckets", {"Buckets": [{"Name": "x"}]})
    assert s3.list_buckets()["Buckets"][0]["Name"] == "x"
assert s3.can_paginate("list_objects_v2") and s3.get_waiter("bucket_exists") and s3.exceptions.NoSuchBucket
assert "Bucket" in s3.get_object.__doc__ + str(s3.meta.service_model.operation_model("GetObject").input_shape.members)
for name in "sts", "sso", "sso-oidc":
    session.create_client(name, region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
`

// majorLanguages are the languages that stay where others go: those that are most used
// in the network, and those of the European Union.
var majorLanguages = []string{
	"ar", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "et", "eu", "fa", "fi", "fil", "fr", "ga", "gl", "gu", "he", "hi", "hr",
	"hu", "id", "is", "it", "ja", "kn", "ko", "lt", "lv", "ml", "mr", "ms", "mt", "nb", "nl", "nn", "no", "pa", "pl", "pt",
	"ro", "ru", "sk", "sl", "sq", "sr", "sv", "sw", "ta", "te", "th", "tr", "uk", "ur", "vi", "zh",
}

// languages are globs of the files or folders of the major languages, and of their
// variants for countries and scripts.
func languages(dir, ending string) []string {
	var out []string
	for _, l := range majorLanguages {
		out = append(out, dir+"/"+l+ending, dir+"/"+l+"_*", dir+"/"+l+"@*")
	}
	return out
}

const languagesReason = "languages that are not among the 58 most used, and that no code names by a text of its own; docs/slimming.md lists those that stay"

// languageRules are the rules for what packages know about languages.
func languageRules() []Rule {
	return []Rule{
		{
			Name: "babel-languages", Level: Max, Package: "babel", Named: true, Words: true,
			Files:  []string{"babel/locale-data/*.dat"},
			Except: append(languages("babel/locale-data", ".dat"), "babel/locale-data/root.dat"),
			Reason: languagesReason,
			Saves:  "babel 2.18.0: 17.1 of 30.8 MB",
			Proof: `
import datetime
from babel import Locale, dates, numbers
day = datetime.date(2024, 2, 29)
for name, month in ("de_AT", "Februar"), ("pt_BR", "fevereiro"), ("nb_NO", "februar"), ("en_GB", "February"), ("ja", "2\u6708"):
    assert month in dates.format_date(day, "long", locale=name), name
assert Locale.parse("zh_Hant_TW").get_display_name("de") and numbers.format_currency(1, "EUR", locale="fr") == "1,00\xa0\u20ac"
assert dates.format_datetime(datetime.datetime(2024, 1, 1), locale="sr_Latn")
`,
		},
		{
			Name: "django-languages", Level: Max, Package: "django", Named: true, Words: true,
			Files:  []string{"django/conf/locale/*", "django/contrib/*/locale/*"},
			Except: append(languages("django/**/locale", ""), "django/conf/locale/__init__.py"),
			Reason: languagesReason,
			Saves:  "django 6.1.3, after django-translation-sources: 2.0 of 23.3 MB",
			Proof:  djangoProof,
		},
		{
			Name: "pycountry-languages", Level: Max, Package: "pycountry", Named: true, Words: true,
			Files:  []string{"pycountry/locales/*"},
			Except: languages("pycountry/locales", ""),
			Reason: languagesReason,
			Saves:  "pycountry 26.2.16: 4.9 of 21.0 MB",
			Proof: `
import gettext, pycountry
assert pycountry.countries.get(alpha_2="DE").name == "Germany" and pycountry.currencies.get(alpha_3="EUR")
assert pycountry.languages.lookup("esperanto").alpha_3 == "epo" and pycountry.subdivisions.get(code="DE-BY")
german = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=["de"])
assert german.gettext("Germany") == "Deutschland"
`,
		},
		{
			Name: "faker-languages", Level: Max, Package: "faker", Named: true, Words: true,
			Files: []string{"faker/providers/*/*_*"},
			Except: []string{
				"faker/providers/*/__*", "faker/providers/*/en*", "faker/providers/*/*.py",
			},
			Reason: "invented data in other languages than English that no code names by a text of its own, as Faker(\"de_DE\") does",
			Saves:  "faker 40.54.0: 6.7 of 9.1 MB",
			Proof: `
from faker import Faker
Faker.seed(1)
for fake in Faker(), Faker("en_GB"):
    assert all([fake.name(), fake.address(), fake.company(), fake.phone_number(), fake.text(), fake.iban(), fake.date_of_birth(), fake.job(), fake.profile()])
`,
		},
		{
			Name: "phonenumbers-places", Level: Max, Package: "phonenumbers", Named: true, Together: true,
			Files:  []string{"phonenumbers/geodata", "phonenumbers/geocoder.py"},
			Reason: "the places of numbers: for who imports phonenumbers.geocoder. Numbers are parsed, checked and written without, and their carriers and time zones found",
			Saves:  "phonenumbers 9.0.43: 19.6 of 21.8 MB",
			Proof: `
import phonenumbers
from phonenumbers import carrier, timezone
number = phonenumbers.parse("+442083661177")
assert phonenumbers.is_valid_number(number) and timezone.time_zones_for_number(number) == ("Europe/London",)
assert phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) == "+442083661177"
assert carrier.name_for_number(phonenumbers.parse("+41798765432"), "en")
`,
		},
	}
}

// toolRules are the rules for what helps developers, and for what is of other systems.
func toolRules() []Rule {
	return []Rule{
		{
			Name: "jedi-stubs", Level: Max, Package: "jedi",
			Files:  []string{"jedi/third_party/typeshed/stubs", "jedi/third_party/django-stubs"},
			Reason: "types of other packages: for completion in notebooks. What is installed is still looked at itself",
			Saves:  "jedi 0.20.1: 10.2 of 13.9 MB",
			Proof: `
import jedi
script = jedi.Script("import json\njson.dumps({}).enc")
assert [c.name for c in script.complete(2, 18)] == ["encode"]
assert jedi.Interpreter("x.app", [{"x": []}]).complete()[0].name == "append"
`,
		},
		{
			Name: "debugpy-windows", Level: Safe, Package: "debugpy",
			Files: []string{
				"debugpy/_vendored/pydevd/pydevd_attach_to_process/winappdbg", "debugpy/_vendored/pydevd/pydevd_attach_to_process/windows",
			},
			Reason: "attaches to programs of Windows, through the functions of Windows",
			Saves:  "debugpy 1.8.22: 1.8 of 27.9 MB",
			Proof: `
import subprocess, sys, debugpy
assert subprocess.run([sys.executable, "-m", "debugpy", "--help"], capture_output=True).returncode == 0
from debugpy.server import api, attach_pid_injected
assert debugpy.listen(("127.0.0.1", 0))[1] > 0
`,
		},
		{
			Name: "selenium-other-systems", Level: Safe, Package: "selenium",
			Files:  []string{"selenium/webdriver/common/macos", "selenium/webdriver/common/windows"},
			Reason: "programs for macOS and Windows, which selenium chooses by the system that it runs on",
			Saves:  "selenium 4.51.0: 11.6 of 27.2 MB",
			Proof: `
from selenium.webdriver.common.selenium_manager import SeleniumManager
from selenium import webdriver
assert SeleniumManager._get_binary().is_file() and webdriver.ChromeOptions().to_capabilities()
`,
		},
	}
}
