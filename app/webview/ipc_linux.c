//go:build linux && cgo && (production || dev)

// Keeps the bridge to Go out of every frame but the top one; the package comment says why.
//
// Two scripts run in the top frame before any other. The one in the private world holds the real message handler and
// listens for an event; the one in the page's world offers what Wails' own script expects to find,
// window.webkit.messageHandlers.external.postMessage, and sends that event. Worlds share the DOM and nothing else,
// and frames get neither script, so a frame has no window.webkit at all.

#include <webkit2/webkit2.h>

#define WORLD "sightglass-bridge"
#define EVENT "sightglass-bridge"

static const gchar private_script[] =
	"(() => {"
	"  if (window !== window.top) return;"
	"  const handlers = window.webkit && window.webkit.messageHandlers;"
	"  if (!handlers || !handlers.external) return;"
	"  const external = handlers.external;"
	"  window.addEventListener('" EVENT "', (event) => {"
	"    if (typeof event.detail === 'string') external.postMessage(event.detail);"
	"  }, true);"
	"})();";

static const gchar page_script[] =
	"(() => {"
	"  if (window !== window.top) return;"
	"  const send = window.dispatchEvent.bind(window);"
	"  const Message = window.CustomEvent;"
	"  const external = Object.freeze({"
	"    postMessage(message) { send(new Message('" EVENT "', { detail: String(message) })); },"
	"  });"
	"  const messageHandlers = Object.freeze({ external });"
	"  Object.defineProperty(window, 'webkit', { value: Object.freeze({ messageHandlers }) });"
	"})();";

// Only pages that Wails serves; it refuses messages while the top page is another one.
static const gchar *const allowed[] = { "wails://*/*", NULL };

static void add_script(WebKitUserContentManager *manager, WebKitUserScript *script)
{
	webkit_user_content_manager_add_script(manager, script);
	webkit_user_script_unref(script);
}

// Replaces the function of this name in libwebkit2gtk. Wails calls it once, for "external", before it makes the view.
gboolean webkit_user_content_manager_register_script_message_handler(WebKitUserContentManager *manager, const gchar *name)
{
	add_script(manager, webkit_user_script_new_for_world(private_script, WEBKIT_USER_CONTENT_INJECT_TOP_FRAME,
		WEBKIT_USER_SCRIPT_INJECT_AT_DOCUMENT_START, WORLD, allowed, NULL));
	add_script(manager, webkit_user_script_new(page_script, WEBKIT_USER_CONTENT_INJECT_TOP_FRAME,
		WEBKIT_USER_SCRIPT_INJECT_AT_DOCUMENT_START, allowed, NULL));
	return webkit_user_content_manager_register_script_message_handler_in_world(manager, name, WORLD);
}
