# Writes an access log of any size in nginx's combined format: one day of a
# shop, the same bytes for the same seed with every awk.
#
#   awk -v lines=2000000 -v seed=1 -f generate.awk >large.log      (260 MB)
#
# The randomness is Lehmer's generator (16807, 2^31 - 1), whose products fit a
# double exactly: rand() differs from one awk to the next. Skew is made once,
# by tables whose entries repeat; a line then costs a few lookups.

BEGIN {
	if (lines == "")
		lines = 100000
	if (seed == "")
		seed = 1
	x = (seed * 7919 + 12345) % 2147483647
	if (x <= 0)
		x = 1
	clients()
	requests()
	agents()
	referers()
	split("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec", month, " ")
	last = -1
	for (line = 0; line < lines; line++) {
		second = int(line * 86400 / lines)
		if (second != last)
			when = clock(last = second)
		x = 16807 * x % 2147483647
		# 31 bits: 11 choose the client, the next 10 agent and referer.
		who = client[int(x / 1048576)]
		tail = x % 1048576
		x = 16807 * x % 2147483647
		kind = int(x / 524288)
		print who when request[kind] ask(kind, x % 524288) \
			referer[int(tail / 1024)] agent[tail % 1024]
	}
}

# What follows a request's method and path: number, status and bytes.
function ask(kind, dice,    path, fate)
{
	path = numbered[kind]
	if (path)
		path = int(dice * dice / 524288 / 524288 * path) + 1 queried[kind]
	else
		path = ""
	fate = fail[kind]
	if (fate && dice % 1000 < fate)
		return path " HTTP/1.1\" " failure[kind]
	if (size[kind] != "")
		return path " HTTP/1.1\" " status[kind] size[kind]
	return path " HTTP/1.1\" " status[kind] 200 + dice % 7919
}

function clock(second)
{
	return sprintf(" [20/Nov/2026:%02d:%02d:%02d +0000] \"", \
		second / 3600, second / 60 % 60, second % 60)
}

# Entry 0 of 2048 is the busiest client's, as are all up to its share.
function clients(    i, n, share)
{
	n = 0
	for (i = 1; n < 2048; i++) {
		share = int(120 / i) + 1
		while (share-- > 0 && n < 2048)
			client[n++] = address(i)
	}
}

function address(i)
{
	if (i % 17 == 0)
		return sprintf("2001:db8:%x::%x - -", i % 29, i * 257 % 65536)
	if (i % 61 == 0)
		return "192.0.2." i % 250 " - editor"
	if (i % 2)
		return "198.51.100." i % 250 " - -"
	return "203.0.113." i % 250 " - -"
}

# One kind of request, with `share` of 4096 parts. Its path ends in a number up to
# `numbers`, if that is not 0, then `query`; `bytes` vary if they are "";
# `wrong` in 1000 requests fail as `error`.
function add(share, method, path, numbers, query, code, bytes, wrong, error)
{
	while (share-- > 0 && kinds < 4096) {
		request[kinds] = method " " path
		numbered[kinds] = numbers
		queried[kinds] = query
		status[kinds] = code " "
		size[kinds] = bytes
		fail[kinds] = wrong
		failure[kinds] = error
		kinds++
	}
}

function requests()
{
	kinds = 0
	add(520, "GET", "/", 0, "", 200, 2326, 1, "502 157")
	add(260, "GET", "/products/index.html", 0, "", 200, 9120, 0, "")
	add(420, "GET", "/products/", 4000, "", 200, "", 2, "500 571")
	add(300, "GET", "/css/site.css", 0, "", 304, 0, 0, "")
	add(180, "GET", "/css/site.css", 0, "", 200, 21904, 0, "")
	add(260, "GET", "/js/shop.js?v=41", 0, "", 200, 48113, 0, "")
	add(420, "GET", "/img/", 900, ".png", 200, "", 0, "")
	add(180, "GET", "/img/", 900, ".png", 304, 0, 0, "")
	add(90, "GET", "/favicon.ico", 0, "", 200, 318, 0, "")
	add(330, "GET", "/search?q=", 300, "&page=1", 200, "", 12, "503 190")
	add(60, "GET", "/search?q=teapot", 0, "", 200, "", 30, "503 190")
	add(340, "GET", "/api/v1/orders/", 20000, "", 200, "", 6, "500 571")
	add(120, "POST", "/api/v1/orders", 0, "", 201, 43, 9, "502 157")
	add(90, "POST", "/api/v1/session", 0, "", 204, 0, 4, "504 160")
	add(60, "GET", "/api/v1/reports/daily", 0, "", 200, "", 140, "500 571")
	add(40, "GET", "/api/v1/reports/monthly?month=", 12, "", 200, "", 90, "504 160")
	add(24, "GET", "/api/v1/export?format=csv", 0, "", 200, "", 400, "502 157")
	add(40, "PUT", "/api/v1/cart/", 6000, "", 200, "", 8, "503 190")
	add(50, "HEAD", "/", 0, "", 200, 0, 0, "")
	add(70, "GET", "/products", 0, "", 301, 162, 0, "")
	add(40, "GET", "/blog/2019/teapots.html", 0, "", 301, 162, 0, "")
	add(50, "GET", "/wp-login.php", 0, "", 404, 153, 0, "")
	add(24, "GET", "/.env", 0, "", 403, 153, 0, "")
	add(40, "GET", "/old/", 2000, ".html", 404, 153, 0, "")
	add(20, "GET", "/admin/", 0, "", 401, 179, 0, "")
	add(8, "GET", "/caf\\xC3\\xA9?q=\\x22", 90, "", 404, 153, 0, "")
	add(4096, "GET", "/robots.txt", 0, "", 200, 67, 0, "")
}

function agents(    i)
{
	for (i = 0; i < 1024; i++)
		agent[i] = i < 420 ? quote("Mozilla/5.0 (X11; Linux x86_64)") : \
			i < 640 ? quote("Mozilla/5.0 (Android 13; Mobile)") : \
			i < 800 ? quote("curl/7.88.1") : \
			i < 900 ? quote("ExampleBot/2.1 (+http://bot.example.net/)") : \
			i < 960 ? quote("-") : \
			i < 1000 ? quote("Wget/1.21.3") : \
			i < 1012 ? quote("shop/4.0 (\\x22spring\\x22; \\x5Cwindows)") : \
			quote("Lynx/2.9.0dev.12 libwww-FM/2.14FM SSL-MM/1.4.1")
}

function referers(    i)
{
	for (i = 0; i < 1024; i++)
		referer[i] = i < 700 ? " \"-\"" : \
			i < 900 ? quote("http://shop.example.com/") : \
			i < 980 ? quote("http://search.example.org/?q=blue+teapot") : \
			i < 1010 ? quote("http://forum.example.net/thread?id=77&page=2") : \
			quote("http://search.example.org/?q=\\x22two+words\\x22")
}

function quote(text)
{
	return " \"" text "\""
}
