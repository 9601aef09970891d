package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"golang.org/x/net/websocket"
)

// kernel is a running one, by its channels.
type kernel struct {
	*websocket.Conn
	visit *visit
	sent  int
}

// message is what Jupyter's protocol sends.
type message struct {
	Header struct {
		ID   string `json:"msg_id"`
		Type string `json:"msg_type"`
	} `json:"header"`
	Parent struct {
		ID string `json:"msg_id"`
	} `json:"parent_header"`
	Content json.RawMessage `json:"content"`
}

func openKernel(v *visit, id string) (*kernel, error) {
	address := "ws" + strings.TrimPrefix(v.base, "http") + "/api/kernels/" + id + "/channels"
	conn, err := websocket.Dial(address, "", v.base)
	if err != nil {
		return nil, err
	}
	conn.MaxPayloadBytes = 64 << 20
	return &kernel{Conn: conn, visit: v}, conn.SetDeadline(time.Now().Add(2 * time.Minute))
}

// ask sends a request and returns what came until the kernel was idle again and had
// replied.
func (k *kernel) ask(channel, kind string, content map[string]any) (string, error) {
	k.sent++
	id := fmt.Sprintf("request-%d", k.sent)
	request := map[string]any{
		"header":        map[string]any{"msg_id": id, "msg_type": kind, "username": "", "session": "services", "version": "5.3", "date": "2024-01-01T00:00:00Z"},
		"parent_header": map[string]any{}, "metadata": map[string]any{}, "channel": channel, "content": content,
	}
	if err := websocket.JSON.Send(k.Conn, request); err != nil {
		return "", err
	}
	var said strings.Builder
	for idle, replied := false, false; !idle || !replied; {
		var m message
		if err := websocket.JSON.Receive(k.Conn, &m); err != nil {
			return said.String(), fmt.Errorf("%s: %w", kind, err)
		}
		if m.Parent.ID != id {
			continue
		}
		idle = idle || m.Header.Type == "status" && strings.Contains(string(m.Content), `"idle"`)
		replied = replied || strings.HasSuffix(m.Header.Type, "_reply")
		said.Write(m.Content)
		said.WriteByte('\n')
	}
	return said.String(), nil
}

// want asks for what must be in the answer.
func (k *kernel) want(channel, kind, code, want string, content map[string]any) {
	k.visit.checks++
	said, err := k.ask(channel, kind, content)
	if err != nil || !strings.Contains(said, want) {
		k.visit.fail("%s of %q: no %q in the answer (%v): %.2000s", kind, code, want, err, said)
	}
}

// run runs a cell.
func (k *kernel) run(code, want string) {
	k.want("shell", "execute_request", code, want, map[string]any{
		"code": code, "silent": false, "store_history": true, "user_expressions": map[string]any{}, "allow_stdin": false, "stop_on_error": false,
	})
}

// complete asks how the end of a line goes on.
func (k *kernel) complete(code, want string) {
	k.want("shell", "complete_request", code, want, map[string]any{"code": code, "cursor_pos": len(code)})
}

// inspect asks what a name is.
func (k *kernel) inspect(code, want string) {
	k.want("shell", "inspect_request", code, want, map[string]any{"code": code, "cursor_pos": len(code), "detail_level": 0})
}

// debug asks the debugger, which is a process of its own, for something.
func (k *kernel) debug(command string, arguments map[string]any) {
	k.want("control", "debug_request", command, `"success": true`, map[string]any{
		"type": "request", "seq": k.sent + 1, "command": command, "arguments": arguments,
	})
}
