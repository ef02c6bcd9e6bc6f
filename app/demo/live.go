package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

const levelURI = "sample://level.json"

// live is the resource that changes, and who wants to be told. mcp-go's stdio server agrees to subscriptions and leaves
// it to its user to keep them.
type live struct {
	mu       sync.Mutex
	readings []reading
	watchers map[string]watcher // by session, or by stream
}

type reading struct {
	At    string  `json:"at"`
	Level float64 `json:"level"`
}

// watcher is one session's subscription (legacy, stream nil) or one subscriptions/listen stream (modern).
type watcher struct {
	session server.ClientSession
	stream  any // its id
	watches bool
}

func newLive() *live {
	return &live{watchers: map[string]watcher{}, readings: []reading{{At: "2026-08-22T08:00:00Z", Level: 3.1}}}
}

// hooks keep who wants to be told.
func (l *live) hooks() *server.Hooks {
	h := &server.Hooks{}
	h.AddAfterSubscribe(func(ctx context.Context, _ any, m *mcp.SubscribeRequest, _ *mcp.EmptyResult) {
		if s := server.ClientSessionFromContext(ctx); s != nil && m.Params.URI == levelURI {
			l.watch(s.SessionID(), watcher{session: s, watches: true})
		}
	})
	h.AddAfterUnsubscribe(func(ctx context.Context, _ any, m *mcp.UnsubscribeRequest, _ *mcp.EmptyResult) {
		if s := server.ClientSessionFromContext(ctx); s != nil && m.Params.URI == levelURI {
			l.watch(s.SessionID(), watcher{})
		}
	})
	h.AddBeforeSubscriptionsListen(func(ctx context.Context, id any, m *mcp.SubscriptionsListenRequest) {
		for _, uri := range m.Params.Notifications.ResourceSubscriptions {
			if s := server.ClientSessionFromContext(ctx); s != nil && uri == levelURI {
				l.watch(fmt.Sprint("stream ", id), watcher{session: s, stream: id, watches: true})
			}
		}
	})
	h.AddAfterSubscriptionsListen(func(_ context.Context, id any, _ *mcp.SubscriptionsListenRequest, _ *mcp.SubscriptionsListenResult) {
		l.watch(fmt.Sprint("stream ", id), watcher{})
	})
	return h
}

func (l *live) watch(key string, w watcher) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if w.watches {
		l.watchers[key] = w
	} else {
		delete(l.watchers, key)
	}
}

// read is the resource itself.
func (l *live) read(_ context.Context, r mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b, err := json.MarshalIndent(map[string]any{"unit": "m", "readings": l.readings}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the readings as JSON: %w", err)
	}
	return []mcp.ResourceContents{mcp.TextResourceContents{URI: r.Params.URI, MIMEType: "application/json", Text: string(b)}}, nil
}

// maxReadings bounds the resource: the oldest reading goes first.
const maxReadings = 100

// measure takes a reading, tells who subscribed, and keeps it as a resource of its own where that is wanted.
func (l *live) measure(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	l.mu.Lock()
	now := reading{At: time.Now().UTC().Format(time.RFC3339), Level: r.GetFloat("level", 3)}
	if l.readings = append(l.readings, now); len(l.readings) > maxReadings {
		l.readings = l.readings[1:]
	}
	for _, w := range l.watchers {
		params := mcp.NotificationParams{AdditionalFields: map[string]any{"uri": levelURI}}
		if w.stream != nil {
			params.Meta = map[string]any{mcp.MetaKeySubscriptionID: w.stream}
		}
		n := mcp.JSONRPCNotification{JSONRPC: mcp.JSONRPC_VERSION, Notification: mcp.Notification{Method: mcp.MethodNotificationResourceUpdated, Params: params}}
		select {
		case w.session.NotificationChannel() <- n:
		default: // nobody takes them: an update is no queue
		}
	}
	told := len(l.watchers)
	l.mu.Unlock()
	if r.GetBool("keep", false) {
		uri := "sample://kept/" + now.At
		body := fmt.Sprintf("%s,%v\n", now.At, now.Level)
		server.ServerFromContext(ctx).AddResource(mcp.NewResource(uri, now.At+".csv", mcp.WithMIMEType("text/csv"), mcp.WithResourceSize(int64(len(body)))), fixed("text/csv", body))
	}
	return text(fmt.Sprintf("The level is %v m. Subscribers told: %d.", now.Level, told)), nil
}
