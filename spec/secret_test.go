package spec

import (
	"strings"
	"testing"
)

func TestSecretsAreFound(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, value string }{
		// By their names.
		{"DB_PASSWORD", "hunter2"},
		{"PGPASSWORD", "orders"},
		{"MYSQL_PWD", "orders"},
		{"dbPassword", "orders!"},
		{"SECRET_KEY", "django-insecure-x"},
		{"SECRET_KEY_BASE", "abcdef"},
		{"JWT_SECRET", "changeme"},
		{"STRIPE_API_KEY", "abc"},
		{"apiKey", "abc"},
		{"GITHUB_TOKEN", "abcdef"},
		{"TOKEN_PROD", "abcdef"},
		{"AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"},
		{"AZURE_STORAGE_ACCOUNT_KEY", "abc=="},
		{"SIGNING_KEY", "abc"},
		{"GPG_PASSPHRASE", "correct horse"},
		{"GOOGLE_CREDENTIALS", `{"type": "service_account"}`},
		// By their values.
		{"DATABASE_URL", "postgresql+asyncpg://orders:s3cr3t@db:5432/orders"},
		{"CACHE", "redis://:s3cr3t@cache:6379/0"},
		{"DSN", "Server=db;User Id=app;Password=s3cr3t;"},
		{"X", "AKIAIOSFODNN7EXAMPLE"},
		{"X", "ghp_0123456789abcdefghijABCDEFGHIJ012345"},
		{"X", "github_pat_11ABCDEFG0abcdefghijkl_mnop"},
		{"X", "glpat-abcdefghij0123456789"},
		{"X", "xoxb-1234567890-abcdefghij"},
		{"X", "sk-ant-api03-abcdefghijklmnopqrstuv"},
		{"X", "sk_live_abcdefghijklmnopqrst"},
		{"X", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl"},
		{"X", "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n"},
		{"X", "AIzaSyA0123456789abcdefghijklmnopqrstuv"},
		{"X", "hf_abcdefghijklmnopqrstuvwxyzABCDEFGH"},
		{"X", "npm_0123456789abcdefghijABCDEFGHIJ012345"},
		{"X", "hvs.abcdefghijklmnopqrstuvwx"},
		{"AUTH_HEADER", "Bearer abcdefghij0123456789"},
		{"WEBHOOK", "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXX"},
		{"FERNET", "Zk3x9Qw7LmN2pR8sT4vY6bC1dF5gH0jK-aE_uI3oX7c="},
		{"HMAC", "q7Gd0fZxW3kP9sVb2nLh5tRy8mUc4aJe"},
	} {
		if secretIn(c.name, c.value) == "" {
			t.Errorf("%s=%s is not taken for a secret", c.name, c.value)
		}
	}
}

func TestHarmlessValuesAreLetThrough(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, value string }{
		{"LOG_LEVEL", "info"},
		{"DB_PASSWORD", ""},
		{"DB_PASSWORD_FILE", "/run/secrets/db_password"},
		{"DB_PASSWORD", "/run/secrets/db_password"},
		{"PASSWORD_HASHER", "argon2"},
		{"PASSWORD_MIN_LENGTH", "12"},
		{"ACCESS_TOKEN_EXPIRE_MINUTES", "30"},
		{"TOKEN_URL", "https://login.example.com/oauth2/token"},
		{"JWT_TOKEN_ALGORITHM", "HS256"},
		{"REQUIRE_TOKEN", "true"},
		{"CSRF_TOKEN", "off"},
		{"SESSION_TOKEN", "3600"},
		{"REFRESH_TOKEN", "30d"},
		{"SECRETS_DIR", "secrets"},
		{"SECRET_NAME", "prod/orders/db"},
		{"AWS_SECRET_ARN", "arn:aws:secretsmanager:eu-central-1:123456789012:secret:orders-AbCdEf"},
		{"MAX_TOKENS", "4096"},
		{"TOKENIZERS_PARALLELISM", "false"},
		{"TOKENIZER", "cl100k_base"},
		{"SSH_PUBLIC_KEY", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 me@example.com"},
		{"KEYCLOAK_REALM", "orders"},
		{"KEYBOARD", "us"},
		{"AUTHOR", "Jane Doe <jane@example.com>"},
		{"PWD", "/app"},
		{"DATABASE_URL", "postgresql://db:5432/orders"},
		{"DATABASE_URL", "sqlite:////data/orders.db"},
		{"AMQP_URL", "amqp://orders@rabbit/"},
		{"SENTRY_DSN", "https://0123456789abcdef0123456789abcdef@o1.ingest.sentry.io/42"},
		{"CORS_ORIGINS", "http://localhost:3000,https://app.example.com:8443/@me"},
		{"GIT_COMMIT", "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
		{"IMAGE", "alpine@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"BUILD_ID", "123e4567-e89b-12d3-a456-426614174000"},
		{"DJANGO_SETTINGS_MODULE", "orders.settings.production"},
		{"MODEL", "sentence-transformers/all-MiniLM-L6-v2"},
		{"MODEL", "meta-llama/Meta-Llama-3-8B-Instruct-GGUF"},
		{"LD_PRELOAD", "/usr/lib/libjemalloc.so.2"},
		{"HANDLER", "OrdersServiceProductionRequestHandlerV2"},
		{"GUNICORN_CMD_ARGS", "--workers=4 --bind=0.0.0.0:8000 --access-logfile=-"},
		{"JAVA_OPTS", "-Xmx512m -XX:+UseG1GC"},
		{"NO_PROXY", "localhost,127.0.0.1,.svc.cluster.local"},
		{"TZ", "Europe/Berlin"},
		{"LANG", "C.UTF-8"},
		{"BUCKET", "s3://orders-prod-eu-central-1/2025"},
		{"ALPHABET", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"},
		{"FEATURES", "checkout_v2,search3,newCart"},
		{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://otel-collector:4317"},
		{"RISK", "task-force-risk-assessment-service-2"},
		{"PASSWORD_RESET_TEMPLATE", "reset.html"},
		{"DATABASE_URL", "postgresql://orders:$DB_PASSWORD@db/orders"},
		{"DATABASE_URL", "postgresql://orders:{password}@db/orders"},
		{"ARGS", "--password=/run/secrets/db --user=orders"},
		{"PACKAGE", "sk-learn-pipeline-production-models"},
		{"CRON", "*/5 * * * *"},
		{"CERT", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"},
		{"FMT", "%(asctime)s %(levelname)s %(message)s"},
	} {
		if what := secretIn(c.name, c.value); what != "" {
			t.Errorf("%s=%s is taken for %s", c.name, c.value, what)
		}
	}
}

// TestSecretsAreNotShown puts a secret wherever a spec has room for text.
func TestSecretsAreNotShown(t *testing.T) {
	t.Parallel()
	const secret = "hunter2hunter2"
	const url = "postgres://u:" + secret + "@db/x"
	for _, text := range []string{
		"env: {DB_PASSWORD: " + secret + "}",
		"env: {DB_PASSWORD: {value: " + secret + "}}",
		"env: {DB_PASSWORD: {value: [" + secret + "]}}",
		"env: DB_PASSWORD=" + secret,
		"env: [DB_PASSWORD=" + secret + "]",
		"env: {X: " + url + "}",
		"env: {X: \"${PASSWORD:-" + secret + "}\"}",
		"args: {DB_PASSWORD: " + secret + "}",
		"args: {X: " + url + "}",
		"labels: {X: " + url + "}",
		"command: [serve, " + url + "]",
		"command: serve " + url,
		"name: " + url,
		"stop_signal: " + url,
		"runtime: {image: \"" + url + "\"}",
		"health: " + url,
	} {
		_, err := Parse("keelback.yaml", []byte(text), nil)
		if err == nil {
			t.Errorf("%s: no error", text)
		} else if strings.Contains(err.Error(), secret) {
			t.Errorf("%s: the secret is shown:\n%v", text, err)
		}
	}
	_, err := Parse("keelback.yaml", []byte("args: {T: ''}"), map[string]string{"T": url})
	if err == nil || strings.Contains(err.Error(), secret) {
		t.Errorf("build argument: %v", err)
	}
}
