package core

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sightglass-dev/sightglass/app/collection"
	"github.com/sightglass-dev/sightglass/app/internal/atomicfile"
	"github.com/sightglass-dev/sightglass/app/keychain"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// maxOpened bounds the files outside of the data folder that are remembered.
const maxOpened = 200

func (c *Core) collectionFolder() string { return filepath.Join(c.dir, "calls") }

// openedFile remembers the files outside of the data folder that the user chose in the system's dialog.
func (c *Core) openedFile() string { return filepath.Join(c.dir, "calls-opened.json") }

func (c *Core) openedCollections() []string {
	data, err := os.ReadFile(c.openedFile())
	var list []string
	if err != nil || json.Unmarshal(data, &list) != nil {
		return nil
	}
	return list[:min(len(list), maxOpened)]
}

func (c *Core) keepOpened(list []string) error {
	data, err := json.MarshalIndent(list, "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.Replace(c.openedFile(), data)
}

// Collections lists the files with saved calls.
func (c *Core) Collections() CollectionList {
	out := CollectionList{Files: []CollectionFile{}, Folder: c.collectionFolder()}
	own, err := collection.List(c.collectionFolder())
	if err != nil {
		out.Files = append(out.Files, CollectionFile{Path: c.collectionFolder(), Name: "The folder of saved calls", Own: true, Problem: err.Error()})
	}
	for _, path := range own {
		out.Files = append(out.Files, describe(path, true))
	}
	for _, path := range c.openedCollections() {
		out.Files = append(out.Files, describe(path, false))
	}
	slices.SortFunc(out.Files, func(a, b CollectionFile) int {
		return strings.Compare(strings.ToLower(a.Name)+a.Path, strings.ToLower(b.Name)+b.Path)
	})
	return out
}

func describe(path string, own bool) CollectionFile {
	out := CollectionFile{Path: path, Own: own, Name: strings.TrimSuffix(filepath.Base(path), collection.Ext)}
	f, err := collection.Read(path)
	if err != nil {
		out.Problem = strings.TrimPrefix(err.Error(), path+": ")
		return out
	}
	out.Name, out.Calls = f.Collection.Name, len(f.Collection.Calls)
	return out
}

// OpenCollection takes a file that the user chose in the system's dialog among the known ones.
func (c *Core) OpenCollection(path string) error {
	if _, err := collection.Read(path); err != nil {
		return input("open the saved calls", err.Error(), "Choose a file that Sightglass wrote, or mend it.")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	list := c.openedCollections()
	if filepath.Dir(path) == c.collectionFolder() || slices.Contains(list, path) {
		return nil
	}
	if len(list) == maxOpened {
		return input("open the saved calls", fmt.Sprintf("%d files are open", maxOpened), "Take one off the list first.")
	}
	defer c.nudge(NudgeCollections)
	return c.keepOpened(append(list, path))
}

// known says whether the window may name a path: nothing else on the disk is read or written for it.
func (c *Core) known(path string) error {
	clean := filepath.Clean(path)
	if clean == path && filepath.Dir(path) == c.collectionFolder() && strings.HasSuffix(path, collection.Ext) {
		return nil
	}
	if slices.Contains(c.openedCollections(), path) {
		return nil
	}
	return input("use the saved calls", path+" is not among the open files", "Open it first.")
}

// Collection reads a file with saved calls.
func (c *Core) Collection(path string) CollectionDoc {
	out := CollectionDoc{Path: path, Collection: shownCalls(&collection.Collection{}), Suspects: []CallSuspect{}}
	f, err := c.collectionFile(path)
	if err != nil {
		out.Err = AsError(err)
		return out
	}
	out.Sum, out.Collection, out.Suspects = f.Sum, shownCalls(f.Collection), CallSuspects(f.Collection)
	ctx, cancel := c.keyContext()
	defer cancel()
	for i := range out.Collection.Variables {
		v := &out.Collection.Variables[i]
		v.Given = v.Secret && c.keys.Where(ctx, variableItem(path, v.Name)) != keychain.Nowhere
	}
	return out
}

func (c *Core) collectionFile(path string) (collection.File, error) {
	if err := c.known(path); err != nil {
		return collection.File{}, err
	}
	f, err := collection.Read(path)
	if err != nil {
		return f, input("read the saved calls", err.Error(), "Mend the file in an editor, or restore it.")
	}
	return f, nil
}

// CollectionBytes are the bytes of a known file, and its name.
func (c *Core) CollectionBytes(path string) (data []byte, name string, err error) {
	f, err := c.collectionFile(path)
	if err != nil {
		return nil, "", err
	}
	data, err = f.Collection.Encode()
	return data, filepath.Base(path), err
}

// SaveCollection writes a file with saved calls and says how it is now.
func (c *Core) SaveCollection(in SaveCollectionInput) CollectionDoc {
	out := CollectionDoc{Path: in.Path, Sum: in.Sum, Collection: in.Collection, Suspects: []CallSuspect{}}
	kept, err := keptCalls(in.Collection)
	if err == nil {
		var path string
		path, err = c.writeCollection(in.Path, in.Sum, kept, in.Secrets)
		var suspect *suspectError
		switch {
		case err == nil:
			return c.Collection(path)
		case errors.As(err, &suspect):
			out.Suspects, out.Unsaved = suspect.found, true
			return out
		}
	}
	hint := "Mend it and save again."
	if errors.Is(err, collection.ErrChanged) {
		hint = "Read it again, or save yours under another name."
	}
	out.Err = AsError(input("save the calls", err.Error(), hint))
	return out
}

// writeCollection writes a file. Values that look like credentials and were not in it before are treated as secrets
// says; a [*suspectError] says that nothing was written because of them.
func (c *Core) writeCollection(path, sum string, col *collection.Collection, secrets string) (string, error) {
	var before *collection.Collection
	if path == "" {
		path = collection.NewPath(c.collectionFolder(), col.Name)
	} else if err := c.known(path); err != nil {
		return "", err
	} else if f, err := collection.Read(path); err == nil {
		before = f.Collection
	}
	values, err := withoutSecrets(col, before, secrets)
	if err != nil {
		return "", err
	}
	if _, err := collection.Write(path, sum, col); err != nil {
		return path, err
	}
	defer c.nudge(NudgeCollections)
	return path, c.keepVariables(path, values)
}

// DeleteCollection removes a file of the data folder, or takes another off the list: the file stays then. The values
// of its secret variables are forgotten.
func (c *Core) DeleteCollection(path string) error {
	if err := c.known(path); err != nil {
		return err
	}
	defer c.nudge(NudgeCollections)
	if f, err := collection.Read(path); err == nil {
		ctx, cancel := c.keyContext()
		defer cancel()
		for name, v := range f.Collection.Variables {
			if v.Secret {
				_ = c.keys.Delete(ctx, variableItem(path, name)) // mostly there is none
			}
		}
	}
	if filepath.Dir(path) == c.collectionFolder() {
		return os.Remove(path)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.keepOpened(slices.DeleteFunc(c.openedCollections(), func(p string) bool { return p == path }))
}

func variableItem(path, name string) string { return "calls/" + path + "/" + name }

// SetVariable keeps the value of a secret variable in the keychain; an empty value forgets it.
func (c *Core) SetVariable(path, name, value string) error {
	if err := c.known(path); err != nil {
		return err
	}
	ctx, cancel := c.keyContext()
	defer cancel()
	defer c.nudge(NudgeCollections)
	var err error
	if value == "" {
		err = c.keys.Delete(ctx, variableItem(path, name))
	} else {
		_, err = c.keys.Set(ctx, variableItem(path, name), value)
	}
	if err != nil {
		return keyError("keep the variable "+name, err)
	}
	return nil
}

// secretValues are the values of the secret variables of a file, as JSON.
func (c *Core) secretValues(ctx context.Context, path string, col *collection.Collection) (map[string]json.RawMessage, error) {
	out := map[string]json.RawMessage{}
	for name, v := range col.Variables {
		if !v.Secret || c.keys.Where(ctx, variableItem(path, name)) == keychain.Nowhere {
			continue // it may be given, or a call may keep it
		}
		value, err := c.keys.Get(ctx, variableItem(path, name))
		if err != nil {
			return nil, keyError("read the variable "+name, err)
		}
		raw, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		out[name] = raw
	}
	return out, nil
}

// AddCalls saves requests of the traffic as calls and says how the file is now.
func (c *Core) AddCalls(in AddCallsInput) CollectionDoc {
	fail := func(err error) CollectionDoc {
		return CollectionDoc{Path: in.Path, Collection: shownCalls(&collection.Collection{}), Suspects: []CallSuspect{}, Err: AsError(err)}
	}
	file := collection.File{Collection: &collection.Collection{Name: in.Name}}
	if in.Path != "" {
		var err error
		if file, err = c.collectionFile(in.Path); err != nil {
			return fail(err)
		}
	}
	calls, _ := c.callsOf(in.Seqs, in.Expect)
	if len(calls) == 0 {
		return fail(input("save the calls", "there is no request among what was chosen", "Choose requests to the server."))
	}
	file.Collection.Calls = append(file.Collection.Calls, calls...)
	path, err := c.writeCollection(in.Path, file.Sum, file.Collection, in.Secrets)
	var suspect *suspectError
	if errors.As(err, &suspect) {
		return CollectionDoc{Path: in.Path, Collection: shownCalls(&collection.Collection{}), Suspects: suspect.found, Unsaved: true}
	}
	if err != nil {
		return fail(input("save the calls", err.Error(), "Choose another file."))
	}
	return c.Collection(path)
}

// sentOnce are the methods that make or end a connection: they are no calls.
var sentOnce = []string{"initialize", "server/discover", "subscriptions/listen", "logging/setLevel"}

// SentCalls are the requests among some entries, as they could be written by hand: params without what the session put
// into them for that one time.
func (c *Core) SentCalls(seqs []uint64) []SavedCall {
	out := []SavedCall{}
	_, entries := c.callsOf(seqs, false)
	for _, e := range entries {
		out = append(out, SavedCall{
			Name: e.Name, Method: e.Method, Params: indented(paramsOf(c.wholeBody(e.Seq))), Expect: []SavedExpectation{}, Keep: []SavedKeep{},
		})
	}
	return out
}

// callsOf makes calls of the requests among some entries, with the entries of each.
func (c *Core) callsOf(seqs []uint64, expect bool) (calls []collection.Call, entries []wire.Entry) {
	slices.Sort(seqs)
	for _, seq := range slices.Compact(seqs) {
		e, ok := c.entryOf(seq)
		if !ok || e.Kind != wire.KindFrame || e.Dir != wire.Out || e.Message != wire.MsgRequest || slices.Contains(sentOnce, e.Method) {
			continue
		}
		name := e.Method
		if e.Name != "" {
			name += " " + e.Name
		}
		call := collection.Call{Name: firstRunes(name, 200), Method: e.Method, Params: collection.Literal(paramsOf(c.wholeBody(seq)))}
		if expect && e.Pair != 0 {
			call.Expect = collection.AsAnswered(c.wholeBody(e.Pair))
		}
		calls, entries = append(calls, call), append(entries, e)
	}
	return calls, entries
}

func (c *Core) wholeBody(seq uint64) []byte {
	var out []byte
	for {
		b, err := c.Body(seq, wire.PartMessage, int64(len(out)), 0)
		if err != nil || len(b.Bytes) == 0 {
			return out
		}
		out = append(out, b.Bytes...)
	}
}

// paramsOf are the params of a request without what the session put into _meta for that one time.
func paramsOf(frame []byte) json.RawMessage {
	var m struct {
		Params json.RawMessage `json:"params"`
	}
	if json.Unmarshal(frame, &m) != nil {
		return nil
	}
	var params map[string]json.RawMessage
	if json.Unmarshal(m.Params, &params) != nil || params["_meta"] == nil {
		return m.Params
	}
	var meta map[string]json.RawMessage
	if json.Unmarshal(params["_meta"], &meta) != nil {
		return m.Params
	}
	for name := range meta {
		if name == "progressToken" || name == "traceparent" || name == "tracestate" || strings.HasPrefix(name, "io.modelcontextprotocol/") {
			delete(meta, name)
		}
	}
	return withMeta(m.Params, meta)
}

// withMeta replaces _meta, or takes it out when nothing is left of it; the other members keep their order.
func withMeta(params json.RawMessage, meta map[string]json.RawMessage) json.RawMessage {
	d := json.NewDecoder(strings.NewReader(string(params)))
	if _, err := d.Token(); err != nil {
		return params
	}
	var out []string
	for d.More() {
		key, err := d.Token()
		var value json.RawMessage
		if err != nil || d.Decode(&value) != nil {
			return params
		}
		name, _ := json.Marshal(key)
		if key == "_meta" {
			if len(meta) == 0 {
				continue
			}
			value, _ = json.Marshal(meta)
		}
		out = append(out, string(name)+":"+string(value))
	}
	return json.RawMessage("{" + strings.Join(out, ",") + "}")
}
