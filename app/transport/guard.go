package transport

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// place is where an address belongs. A sign-in reaches public ones, and those of the places where the MCP server is.
type place string

const (
	placePublic    place = ""
	placeLoopback  place = "loopback"
	placePrivate   place = "private"
	placeLinkLocal place = "link-local"
	placeShared    place = "carrier-grade NAT"
	placeBenchmark place = "benchmark"
	placeReserved  place = "reserved"
	placeMulticast place = "multicast"
	placeMetadata  place = "cloud metadata"
)

// ranges are those that are not the public Internet, by the special-purpose registries of IANA (RFC 6890 and
// its updates). The first that holds an address counts.
var ranges = []struct {
	place  place
	source string
	prefix netip.Prefix
}{
	// The services that hand credentials to the machine they are asked from.
	{placeMetadata, "AWS, Azure, Google, Oracle, DigitalOcean, OpenStack", netip.MustParsePrefix("169.254.169.254/32")},
	{placeMetadata, "AWS ECS", netip.MustParsePrefix("169.254.170.2/32")},
	{placeMetadata, "AWS EKS", netip.MustParsePrefix("169.254.170.23/32")},
	{placeMetadata, "Tencent Cloud", netip.MustParsePrefix("169.254.0.23/32")},
	{placeMetadata, "Alibaba Cloud", netip.MustParsePrefix("100.100.100.200/32")},
	{placeMetadata, "Oracle Cloud", netip.MustParsePrefix("192.0.0.192/32")},
	{placeMetadata, "Azure", netip.MustParsePrefix("168.63.129.16/32")},
	{placeMetadata, "AWS", netip.MustParsePrefix("fd00:ec2::254/128")},
	{placeMetadata, "AWS EKS", netip.MustParsePrefix("fd00:ec2::23/128")},
	{placeMetadata, "Google", netip.MustParsePrefix("fd20:ce::254/128")},
	{placeMetadata, "OpenStack", netip.MustParsePrefix("fe80::a9fe:a9fe/128")},

	{placeLoopback, "RFC 1122 section 3.2.1.3", netip.MustParsePrefix("127.0.0.0/8")},
	{placeLoopback, "RFC 4291 section 2.5.3", netip.MustParsePrefix("::1/128")},
	// To connect to the unspecified address is to connect to this machine.
	{placeLoopback, "RFC 1122 section 3.2.1.3", netip.MustParsePrefix("0.0.0.0/32")},
	{placeLoopback, "RFC 4291 section 2.5.2", netip.MustParsePrefix("::/128")},
	{placePrivate, "RFC 1918", netip.MustParsePrefix("10.0.0.0/8")},
	{placePrivate, "RFC 1918", netip.MustParsePrefix("172.16.0.0/12")},
	{placePrivate, "RFC 1918", netip.MustParsePrefix("192.168.0.0/16")},
	{placePrivate, "RFC 4193", netip.MustParsePrefix("fc00::/7")},
	{placePrivate, "RFC 3879", netip.MustParsePrefix("fec0::/10")},
	{placeLinkLocal, "RFC 3927", netip.MustParsePrefix("169.254.0.0/16")},
	{placeLinkLocal, "RFC 4291 section 2.5.6", netip.MustParsePrefix("fe80::/10")},
	{placeShared, "RFC 6598", netip.MustParsePrefix("100.64.0.0/10")},
	{placeBenchmark, "RFC 2544", netip.MustParsePrefix("198.18.0.0/15")},
	{placeBenchmark, "RFC 5180", netip.MustParsePrefix("2001:2::/48")},
	{placeMulticast, "RFC 5771", netip.MustParsePrefix("224.0.0.0/4")},
	{placeMulticast, "RFC 919", netip.MustParsePrefix("255.255.255.255/32")},
	{placeMulticast, "RFC 4291 section 2.7", netip.MustParsePrefix("ff00::/8")},
	{placeReserved, "RFC 791", netip.MustParsePrefix("0.0.0.0/8")},
	{placeReserved, "RFC 6890", netip.MustParsePrefix("192.0.0.0/24")},
	{placeReserved, "RFC 5737", netip.MustParsePrefix("192.0.2.0/24")},
	{placeReserved, "RFC 5737", netip.MustParsePrefix("198.51.100.0/24")},
	{placeReserved, "RFC 5737", netip.MustParsePrefix("203.0.113.0/24")},
	{placeReserved, "RFC 1112", netip.MustParsePrefix("240.0.0.0/4")},
	{placeReserved, "RFC 6666", netip.MustParsePrefix("100::/64")},
	{placeReserved, "RFC 3849", netip.MustParsePrefix("2001:db8::/32")},
	{placeReserved, "RFC 9637", netip.MustParsePrefix("3fff::/20")},
}

// located is an address with the place it belongs to.
type located struct {
	addr   netip.Addr
	inside netip.Addr // the IPv4 address written into it that decides, if that is another
	place  place
	source string // what says so
}

// locate finds out where an address belongs. An IPv6 address that carries an IPv4 one leads there through a
// translator or tunnel, so the carried one counts too.
func locate(a netip.Addr) located {
	a = a.WithZone("").Unmap()
	best := located{addr: a}
	best.place, best.source = rangeOf(a)
	for _, in := range carried(a) {
		p, source := rangeOf(in)
		if worse(p, best.place) {
			best.place, best.source, best.inside = p, source, in
		}
	}
	return best
}

func rangeOf(a netip.Addr) (place, string) {
	for _, r := range ranges {
		if r.prefix.Contains(a) {
			return r.place, r.source
		}
	}
	return placePublic, ""
}

// worse tells whether a place found inside an address counts more than the one of the address itself.
func worse(p, than place) bool {
	return p == placeMetadata || p != placePublic && than != placeMetadata && than != placeMulticast
}

// carried are the IPv4 addresses written into an IPv6 one.
func carried(a netip.Addr) []netip.Addr {
	if !a.Is6() {
		return nil
	}
	b := a.As16()
	at := func(i, j, k, l int) netip.Addr { return netip.AddrFrom4([4]byte{b[i], b[j], b[k], b[l]}) }
	in := func(p string) bool { return netip.MustParsePrefix(p).Contains(a) }
	switch {
	case in("::/96") && b[12] != 0, in("64:ff9b::/96"): // IPv4-compatible (RFC 4291 section 2.5.5.1), NAT64 (RFC 6052)
		return []netip.Addr{at(12, 13, 14, 15)}
	case in("64:ff9b:1::/48"): // local NAT64 (RFC 8215): the prefix may be 48, 56, 64 or 96 bits long (RFC 6052 section 2.2)
		switch {
		case b[13]|b[14]|b[15] != 0:
			return []netip.Addr{at(12, 13, 14, 15)}
		case b[12] != 0:
			return []netip.Addr{at(9, 10, 11, 12)}
		case b[11] != 0:
			return []netip.Addr{at(7, 9, 10, 11)}
		}
		return []netip.Addr{at(6, 7, 9, 10)}
	case in("2002::/16"): // 6to4 (RFC 3056)
		return []netip.Addr{at(2, 3, 4, 5)}
	case in("2001::/32"): // Teredo (RFC 4380): the server's, and the client's with its bits turned
		return []netip.Addr{at(4, 5, 6, 7), netip.AddrFrom4([4]byte{^b[12], ^b[13], ^b[14], ^b[15]})}
	case b[8]&^2 == 0 && b[9] == 0 && b[10] == 0x5e && b[11] == 0xfe: // ISATAP (RFC 5214)
		return []netip.Addr{at(12, 13, 14, 15)}
	}
	return nil
}

// Guard says where a sign-in may go besides public addresses over HTTPS. The places where the MCP server itself is
// are open to it: the client finds those out by itself.
type Guard struct {
	AllowPrivate bool     // private addresses, although the MCP server is at a public one
	AllowHTTP    []string // hosts ("host" or "host:port") that may be spoken to without TLS besides this machine
	Icon         bool     // an icon is fetched: no setting lets it go further, and refusals do not speak of a sign-in
}

// allowsHTTP tells whether the user let a host be spoken to without TLS.
func (g Guard) allowsHTTP(u *url.URL) bool {
	return slices.ContainsFunc(g.AllowHTTP, func(h string) bool {
		h = strings.TrimSpace(h)
		return strings.EqualFold(h, u.Hostname()) || strings.EqualFold(h, u.Host) || strings.EqualFold(h, hostPort(u))
	})
}

// isLoopbackName tells a host that is this machine by its name alone (RFC 6761 section 6.3) or by its address.
func isLoopbackName(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if a, err := netip.ParseAddr(host); err == nil {
		return locate(a).place == placeLoopback
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// guardRefusal is a request of a sign-in that was not sent.
type guardRefusal struct {
	message, hint string
}

func (e *guardRefusal) Error() string { return e.message }

func (e *guardRefusal) explain(f *fault.CallError) {
	f.Message, f.Hint, f.Detail = e.message, e.hint, ""
}

// refuseURL is the refusal of a URL for what it says itself, nil for a good one. shown is the URL masked.
func (g Guard) refuseURL(u *url.URL, shown string) *guardRefusal {
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return &guardRefusal{
			fmt.Sprintf("%s is no http or https URL, so it is not asked for.", shown),
			"The server that named this URL has to name an https one.",
		}
	case u.Hostname() == "":
		return &guardRefusal{fmt.Sprintf("%s names no host.", shown), "The server that named this URL has to name a whole one: https://host/path."}
	case u.User != nil:
		return &guardRefusal{
			fmt.Sprintf("%s holds a user or password: those would be sent there, so it is not asked for.", shown),
			"The server that named this URL has to leave them out.",
		}
	case u.Scheme == "http" && !isLoopbackName(u.Hostname()) && g.Icon:
		return &guardRefusal{fmt.Sprintf("%s is plain HTTP: an icon comes over https, or stands in a data: URL.", shown), "Serve it over https."}
	case u.Scheme == "http" && !isLoopbackName(u.Hostname()) && !g.allowsHTTP(u):
		return &guardRefusal{
			fmt.Sprintf("%s is plain HTTP: what is sent in a sign-in could be read on the way (RFC 6749 section 3.1: TLS is required).", shown),
			fmt.Sprintf("Serve it over https. To allow plain HTTP for this host, add %s to the hosts without TLS in the server's sign-in settings.", u.Host),
		}
	}
	return nil
}

// refuse is the refusal of an address, nil for a good one. own is true for the MCP server's own host, which every
// connection to it reaches anyway; there are the places where the MCP server is.
func (g Guard) refuse(l located, u *url.URL, shown string, own bool, there []place) *guardRefusal {
	plain := u.Scheme == "http" && !g.allowsHTTP(u)
	switch {
	case l.place == placeMetadata:
		return &guardRefusal{
			fmt.Sprintf("%s leads to %s, the metadata service of a cloud (%s), which gives credentials of this machine to whoever asks: it is never asked.", shown, l, l.source),
			"Nothing allows this. A server that names such a URL is attacked, or attacks.",
		}
	case l.place == placeMulticast:
		return &guardRefusal{fmt.Sprintf("%s leads to %s, which is no single host (%s).", shown, l, l.source), "Correct the name's address."}
	case plain && l.place != placeLoopback:
		hint := fmt.Sprintf("Serve it over https, or add %s to the hosts without TLS in the server's sign-in settings.", u.Host)
		if g.Icon {
			hint = "Serve it over https."
		}
		return &guardRefusal{fmt.Sprintf("%s is plain HTTP and leads to %s, which is not this machine.", shown, l), hint}
	case l.place == placePublic, own, g.AllowPrivate, slices.Contains(there, l.place):
		return nil
	}
	where := "at a public address"
	if len(there) > 0 {
		where = "at a " + string(there[0]) + " one"
	}
	if g.Icon {
		return &guardRefusal{
			fmt.Sprintf("%s leads to %s, a %s address (%s); the MCP server is %s. A server could use this to make Sightglass reach into your network, so it is not asked for.", shown, l, l.place, l.source, where),
			"Icons are fetched from public addresses, and from the place where the MCP server is.",
		}
	}
	return &guardRefusal{
		fmt.Sprintf("%s leads to %s, a %s address (%s); the MCP server is %s. A server could use this to make Sightglass reach into your network (RFC 9728 section 7.7), so it is not asked for.", shown, l, l.place, l.source, where),
		fmt.Sprintf("If %s is meant, allow private addresses in the server's sign-in settings.", u.Host),
	}
}

// String is the address, with the one inside that decides.
func (l located) String() string {
	if l.inside.IsValid() {
		return l.addr.String() + " (that is " + l.inside.String() + ")"
	}
	return l.addr.String()
}
