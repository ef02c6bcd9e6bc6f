//go:build linux && cgo && (production || dev)

package webview

/*
#include <webkit2/webkit2.h>

static void find(GtkWidget *widget, gpointer found)
{
	if (WEBKIT_IS_WEB_VIEW(widget))
		*(WebKitWebView **)found = WEBKIT_WEB_VIEW(widget);
	else if (GTK_IS_CONTAINER(widget))
		gtk_container_forall(GTK_CONTAINER(widget), find, found);
}

static gboolean restart(gpointer nothing)
{
	(void)nothing;
	WebKitWebView *view = NULL;
	GList *windows = gtk_window_list_toplevels();
	for (GList *w = windows; w && !view; w = w->next)
		find(GTK_WIDGET(w->data), &view);
	g_list_free(windows);
	if (view) {
		webkit_web_view_terminate_web_process(view);
		webkit_web_view_reload(view);
	}
	return G_SOURCE_REMOVE;
}

static void restart_page(void) { g_idle_add(restart, NULL); }
*/
import "C"

// RestartPage ends the process in which the page runs, and loads the page anew in another. It is for a page that does
// not answer any more: WebKitGTK runs every frame in the page's own process and thread, so that a frame which never
// yields stops all of it. It may be called from any goroutine and returns at once.
func RestartPage() { C.restart_page() }
