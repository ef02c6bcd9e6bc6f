package transport

import (
	"net/netip"
	"net/url"
	"strings"
	"testing"
)

// TestLocate: every way to write a place that a server has no business to send a client to.
func TestLocate(t *testing.T) {
	for addr, want := range map[string]place{
		"93.184.216.34": placePublic, "1.1.1.1": placePublic, "172.32.0.1": placePublic, "100.128.0.1": placePublic, "11.0.0.1": placePublic,
		"2606:4700::1111": placePublic, "2001:4860:4860::8888": placePublic, "::ffff:8.8.8.8": placePublic, "64:ff9b::808:808": placePublic, "2002:808:808::1": placePublic,
		"127.0.0.1": placeLoopback, "127.255.255.254": placeLoopback, "::1": placeLoopback, "0.0.0.0": placeLoopback, "::": placeLoopback,
		"::ffff:127.0.0.1": placeLoopback, "::127.0.0.1": placeLoopback, "64:ff9b::7f00:1": placeLoopback, "2002:7f00:1::": placeLoopback, "::ffff:0.0.0.0": placeLoopback,
		"10.0.0.0": placePrivate, "10.255.255.255": placePrivate, "172.16.0.1": placePrivate, "172.31.255.255": placePrivate, "192.168.1.1": placePrivate,
		"fc00::1": placePrivate, "fdff::1": placePrivate, "fec0::1": placePrivate, "::ffff:10.1.2.3": placePrivate, "64:ff9b::a01:203": placePrivate,
		"64:ff9b:1::192.168.0.1": placePrivate, "64:ff9b:1:a00:0:100::": placePrivate, "64:ff9b:1:0:a:0:100:0": placePrivate, "64:ff9b:1:0:a9:fea9:fe00:0": placeMetadata, "2002:c0a8:101::1": placePrivate,
		"2001:0:a00:1:0:0:f7f7:f7f7": placePrivate, "2001:0:808:808:0:0:f5ff:fffe": placePrivate, // Teredo: the server's address, the client's with its bits turned (10.0.0.1)
		"2001:db7::5efe:a00:1": placePrivate, "2001:db7::200:5efe:a00:1": placePrivate, // ISATAP
		"169.254.0.1": placeLinkLocal, "169.254.169.253": placeLinkLocal, "fe80::1": placeLinkLocal, "fe80::1%eth0": placeLinkLocal, "febf::1": placeLinkLocal,
		"100.64.0.0": placeShared, "100.127.255.255": placeShared, "198.18.0.1": placeBenchmark, "198.19.255.255": placeBenchmark, "2001:2::1": placeBenchmark,
		"224.0.0.1": placeMulticast, "239.255.255.255": placeMulticast, "255.255.255.255": placeMulticast, "ff02::1": placeMulticast,
		"0.1.2.3": placeReserved, "192.0.0.1": placeReserved, "192.0.2.1": placeReserved, "198.51.100.1": placeReserved, "203.0.113.1": placeReserved, "240.0.0.1": placeReserved, "2001:db8::1": placeReserved, "100::1": placeReserved,
		"169.254.169.254": placeMetadata, "169.254.170.2": placeMetadata, "169.254.170.23": placeMetadata, "100.100.100.200": placeMetadata, "192.0.0.192": placeMetadata, "168.63.129.16": placeMetadata,
		"fd00:ec2::254": placeMetadata, "fd00:ec2::23": placeMetadata, "fd20:ce::254": placeMetadata, "fe80::a9fe:a9fe%eth0": placeMetadata,
		"::ffff:169.254.169.254": placeMetadata, "64:ff9b::a9fe:a9fe": placeMetadata, "64:ff9b:1::a9fe:a9fe": placeMetadata, "2002:a9fe:a9fe::": placeMetadata, "::169.254.169.254": placeMetadata, "2001:db7::5efe:a9fe:a9fe": placeMetadata,
	} {
		a, err := netip.ParseAddr(addr)
		if err != nil {
			t.Fatal(err)
		}
		if got := locate(a); got.place != want {
			t.Errorf("%s: got %q (%s), want %q", addr, got.place, got.source, want)
		}
	}
}

// TestGuardAddresses: which address is refused, given where the MCP server is and what the user allowed.
func TestGuardAddresses(t *testing.T) {
	plain := Guard{AllowHTTP: []string{"as.example"}}
	private := Guard{AllowPrivate: true, AllowHTTP: []string{"AS.example:80"}}
	for _, c := range []struct {
		url, addr string
		guard     Guard
		own       bool
		there     []place
		refusal   string // part of it; empty: let through
	}{
		{"https://as.example/", "93.184.216.34", Guard{}, false, nil, ""},
		{"https://as.example/", "10.0.0.8", Guard{}, false, nil, "leads to 10.0.0.8, a private address (RFC 1918); the MCP server is at a public address"},
		{"https://as.example/", "10.0.0.8", Guard{}, false, []place{placeLoopback}, "the MCP server is at a loopback one"},
		{"https://as.example/", "10.0.0.8", Guard{}, false, []place{placePrivate}, ""},
		{"https://as.example/", "127.0.0.1", Guard{}, false, []place{placePrivate}, "a loopback address"},
		{"https://as.example/", "127.0.0.1", Guard{}, false, []place{placeLoopback}, ""},
		{"https://as.example/", "10.0.0.8", private, false, nil, ""},
		{"https://as.example/", "10.0.0.8", Guard{}, true, nil, ""}, // the MCP server's own origin
		{"https://as.example/", "::ffff:10.0.0.8", Guard{}, false, nil, "leads to 10.0.0.8, a private"},
		{"https://as.example/", "64:ff9b::a00:8", Guard{}, false, nil, "leads to 64:ff9b::a00:8 (that is 10.0.0.8), a private"},
		{"https://as.example/", "100.64.0.1", Guard{}, false, []place{placePrivate}, "a carrier-grade NAT address"},
		{"https://as.example/", "169.254.169.254", private, true, []place{placeLinkLocal, placeMetadata}, "metadata service of a cloud"},
		{"https://as.example/", "fd00:ec2::254", private, false, []place{placePrivate}, "metadata service of a cloud"},
		{"https://as.example/", "100.100.100.200", private, false, []place{placeShared}, "metadata service of a cloud"},
		{"https://as.example/", "224.0.0.1", private, false, []place{placeMulticast}, "no single host"},
		{"http://localhost/", "127.0.0.1", Guard{}, false, []place{placeLoopback}, ""},
		{"http://localhost/", "93.184.216.34", Guard{}, false, nil, "plain HTTP and leads to 93.184.216.34, which is not this machine"},
		{"http://as.example/", "93.184.216.34", plain, false, nil, ""},
		{"http://as.example/", "10.0.0.8", plain, false, nil, "a private address"}, // one permission is not the other
		{"http://as.example/", "10.0.0.8", private, false, nil, ""},
		{"https://cdn.example/i.png", "10.0.0.8", Guard{Icon: true}, false, nil, "reach into your network, so it is not asked for"},
		{"http://localhost/i.png", "93.184.216.34", Guard{Icon: true}, false, nil, "which is not this machine"},
	} {
		u, _ := url.Parse(c.url)
		got := c.guard.refuse(locate(netip.MustParseAddr(c.addr)), u, c.url, c.own, c.there)
		switch {
		case got == nil && c.refusal != "":
			t.Errorf("%s at %s: let through, want %q", c.url, c.addr, c.refusal)
		case got != nil && c.guard.Icon && strings.Contains(got.message+got.hint, "sign-in"):
			t.Errorf("the refusal of an icon speaks of a sign-in: %q (%q)", got.message, got.hint)
		case got != nil && (c.refusal == "" || !strings.Contains(got.message, c.refusal) || got.hint == ""):
			t.Errorf("%s at %s: %q (%q), want %q", c.url, c.addr, got.message, got.hint, c.refusal)
		}
	}
}

// The refusal of an icon's URL speaks of icons: there are no settings of a sign-in to change.
func TestGuardOfIcons(t *testing.T) {
	u, err := url.Parse("http://cdn.example/i.png")
	if err != nil {
		t.Fatal(err)
	}
	if got := (Guard{Icon: true}).refuseURL(u, u.String()); got == nil || strings.Contains(got.message+got.hint, "sign-in") || !strings.Contains(got.message, "an icon comes over https") {
		t.Errorf("%+v", got)
	}
}

// TestGuardURLs: what a URL must not be, whatever its address.
func TestGuardURLs(t *testing.T) {
	g := Guard{AllowHTTP: []string{"dev.example", "other.example:8080", " spaced.example "}}
	for raw, refusal := range map[string]string{
		"https://as.example/x": "", "HTTPS://as.example": "", "http://127.0.0.1:1/x": "", "http://[::1]:1/x": "", "http://localhost:1": "", "http://LOCALHOST.:1": "", "http://a.localhost/": "", "http://0.0.0.0:8080/": "",
		"http://dev.example/": "", "http://DEV.example:99/": "", "http://other.example:8080/": "", "http://spaced.example": "",
		"http://other.example:8081/": "plain HTTP", "http://as.example/": "plain HTTP", "http://notlocalhost/": "plain HTTP", "http://localhost.evil.example/": "plain HTTP", "http://127.0.0.1.evil.example/": "plain HTTP", "http://10.0.0.1/": "plain HTTP",
		"file:///etc/passwd": "no http or https URL", "ftp://as.example/": "no http or https URL", "javascript:alert(1)": "no http or https URL", "//as.example/x": "no http or https URL",
		"https:///x": "names no host", "https://user:pw@as.example/": "user or password", "https://user@as.example/": "user or password",
	} {
		u, err := url.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		got := g.refuseURL(u, raw)
		if (got == nil) != (refusal == "") || got != nil && !strings.Contains(got.message, refusal) {
			t.Errorf("%s: got %v, want %q", raw, got, refusal)
		}
	}
}
