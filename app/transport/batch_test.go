package transport

import "testing"

func TestBatchLine(t *testing.T) {
	const npx = `C:\Program Files\nodejs\npx.cmd`
	const head = `cmd.exe /e:ON /v:OFF /d /c ""` + npx + `"`
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, `"`},
		{[]string{"-y", "@modelcontextprotocol/server-everything@1.0", "stdio"}, ` -y @modelcontextprotocol/server-everything@1.0 stdio"`},
		{[]string{`C:\Users\me\My Files`, `C:\dir\`}, ` "C:\Users\me\My Files" "C:\dir\\""`},
		{[]string{"", "a b", "a&calc", "a|b", "x>y", "^", "(1)", "a=b", "a,b", "!x!"}, ` "" "a b" "a&calc" "a|b" "x>y" "^" "(1)" "a=b" "a,b" "!x!""`},
		{[]string{`{"a":1}`}, ` "{""a"":1}""`},
		{[]string{`"&calc`}, ` """&calc""`},
		{[]string{`\"`, `a\\"b`}, ` "\\""" "a\\\\""b""`},
		{[]string{"%PATH%", "50%"}, ` "%%cd:~,%PATH%%cd:~,%" "50%%cd:~,%""`},
		{[]string{"ä", "日本"}, ` ä 日本"`},
	} {
		got, err := batchLine(npx, c.args)
		if err != nil || got != head+c.want {
			t.Errorf("%q:\ngot  %s\nwant %s\n%v", c.args, got, head+c.want, err)
		}
	}
	for _, bad := range [][]string{{"a\nb"}, {"a\rb"}, {"a\x00b"}} {
		if got, err := batchLine(npx, bad); err == nil {
			t.Errorf("%q: %s", bad, got)
		}
	}
	if got, err := batchLine(`C:\a"b.cmd`, nil); err == nil {
		t.Errorf("got %s", got)
	}
	for name, want := range map[string]bool{npx: true, `C:\x.BAT`: true, `C:\node.exe`: false, "/usr/bin/npx": false} {
		if isBatch(name) != want {
			t.Errorf("isBatch(%s) = %v", name, !want)
		}
	}
}
