package smoke_test

import (
	"strings"
	"testing"

	"github.com/keelback/keelback/internal/smoke"
)

func TestModule(t *testing.T) {
	t.Parallel()
	scripts := map[string]string{
		"orders":             "#!/opt/venv/bin/python\nimport sys\nfrom orders.cli import main\nif __name__ == \"__main__\":\n    sys.exit(main())\n",
		"uvicorn":            "#!/opt/venv/bin/python\nimport sys\nfrom uvicorn.main import main\n",
		"/opt/venv/bin/tool": "#!/bin/sh\necho from tool import x\n",
	}
	look := func(name string) ([]byte, bool) {
		text, ok := scripts[name]
		return []byte(text), ok
	}
	tests := []struct{ command, want string }{
		{"uvicorn orders.main:app", "orders.main"},
		{"uvicorn --host 0.0.0.0 --port 8000 orders.main:app", "orders.main"},
		{"uvicorn --factory orders.main:create_app", "orders.main"},
		{"uvicorn --log-config log.ini --no-access-log orders.main:app", "orders.main"},
		{"/opt/venv/bin/uvicorn orders:app.asgi", "orders"},
		{"gunicorn -w 4 -k uvicorn_worker.UvicornWorker -b 0.0.0.0:8000 orders.main:app", "orders.main"},
		{"gunicorn --bind=:8000 --preload orders.wsgi", "orders.wsgi"},
		{"gunicorn -b :8000 orders:create_app()", "orders"},
		{"gunicorn -w4 -c gunicorn.conf.py orders.wsgi", "orders.wsgi"},
		{"gunicorn orders:create_app(debug=False,name='a')", "orders"},
		{"hypercorn orders.asgi:app --bind 0.0.0.0:8000", "orders.asgi"},
		{"granian --interface asgi --host 0.0.0.0 orders.main:app", "orders.main"},
		{"daphne -b 0.0.0.0 -p 8000 site.asgi:application", "site.asgi"},
		{"python -m uvicorn orders.main:app", "orders.main"},
		{"python3.13 -u -X dev -m orders.worker --port 8000", "orders.worker"},
		{"python -Im orders", "orders"},
		{"python -m gunicorn -b :8000 orders", "orders"},
		{"celery -A orders.tasks worker -l INFO -c 2", "orders.tasks"},
		{"celery --app=orders.tasks:app worker", "orders.tasks"},
		{"flask --app orders run --host 0.0.0.0", "orders"},
		{"flask --app orders.web:create_app run", "orders.web"},
		{"python -m celery -A orders worker", "orders"},
		{"orders --port 8000", "orders.cli"},
		{"dramatiq orders.tasks", "orders.tasks"},
		{"uvicorn --ws none --loop uvloop orders.main:app", "orders.main"},
		{"waitress-serve --listen=*:8000 --call orders:create", "orders"},
		{"taskiq worker orders.broker:broker --fs-discover", "orders.broker"},
		{"taskiq help orders.broker:broker", ""},
		{"uvicorn --uds app.sock", "uvicorn.main"},
		{"fastapi run orders/main.py", ""},
		{"streamlit run app.py --server.port=8501", ""},
		{"python app.py", ""},
		{"python -u manage.py runserver", ""},
		{"python -c pass", ""},
		{"python -m", ""},
		{"python", ""},
		{"sh -c uvicorn", ""},
		{"/opt/venv/bin/tool", ""},
		{"", ""},
	}
	for _, tt := range tests {
		t.Run(tt.command, func(t *testing.T) {
			t.Parallel()
			got, ok := smoke.Module(strings.Fields(tt.command), look)
			if !ok {
				got = ""
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
