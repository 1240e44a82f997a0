-- What wrk asks the server for; record.sh runs it. Each thread ends after
-- REQUESTS of them, and the whole is spread over about a minute, since a log
-- in which everything happens within one second looks like none.

local total = tonumber(os.getenv("REQUESTS")) or 1000
local pause_ms = tonumber(os.getenv("PAUSE_MS")) or 30
local threads = 0

function setup(thread)
	threads = threads + 1
	thread:set("seed", threads)
end

function init()
	math.randomseed(2026 + seed)
	sent = 0
end

function delay()
	return math.random(0, 2 * pause_ms)
end

-- One of a list, the first ones more often.
local function pick(list)
	return list[math.floor(#list * math.random() ^ 2) + 1]
end

local clients = {}
for i = 1, 180 do
	clients[#clients + 1] = "198.51.100." .. i
	clients[#clients + 1] = "203.0.113." .. i
	if i % 6 == 0 then
		clients[#clients + 1] = string.format("2001:db8:17::%x", i * 257)
	end
end

local agents = {
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:115.0) Gecko/20100101 Firefox/115.0",
	"Mozilla/5.0 (X11; Linux x86_64; rv:102.0) Gecko/20100101 Firefox/102.0",
	"Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:115.0) Gecko/20100101 Firefox/115.0",
	"Mozilla/5.0 (Android 13; Mobile; rv:115.0) Gecko/115.0 Firefox/115.0",
	"curl/7.88.1",
	"Wget/1.21.3",
	"ExampleBot/2.1 (+http://bot.example.net/about.html)",
	"shop-application/4.0 (\"spring\" release; \\windows)",
	"Lynx/2.9.0dev.12 libwww-FM/2.14FM SSL-MM/1.4.1 GNUTLS/3.7.8",
	"K\195\164fer/1.0 (Z\195\188rich)",
	"tab\there",
	"-",
}

local referers = {
	"http://shop.example.com/",
	"http://shop.example.com/products/index.html",
	"http://search.example.org/?q=blue+teapot",
	"http://forum.example.net/thread?id=77&page=2#last",
	"http://shop.example.com/search?q=%22two+words%22",
	"http://search.example.org/?q=\"quoted\"",
	"http://caf\195\169.example.org/men\195\188",
	"about:blank",
}

local words = { "teapot", "cup", "saucer", "blue+teapot", "kettle", "spoon",
	"%C3%A9toile", "%22green+tea%22", "a%20b", "100%25+cotton", "tea&page=2" }

local users = { "editor:red", "night shift:blue", "backup:green", "guest:wrong" }
local coded = { ["editor:red"] = "ZWRpdG9yOnJlZA==",
	["night shift:blue"] = "bmlnaHQgc2hpZnQ6Ymx1ZQ==",
	["backup:green"] = "YmFja3VwOmdyZWVu",
	["guest:wrong"] = "Z3Vlc3Q6d3Jvbmc=" }

local function page()
	return pick({ "/", "/index.html", "/products/index.html", "/about.html",
		"/products", "/blog/index.html", "/blog/teapots.html",
		"/robots.txt", "/products/teapot-" .. math.random(12) .. ".html" })
end

local function asset()
	return pick({ "/css/site.css", "/js/shop.js", "/img/logo.png",
		"/favicon.ico", "/img/teapot-" .. math.random(24) .. ".png",
		"/js/shop.js?v=41", "/downloads/manual.pdf" })
end

local function missing()
	return pick({ "/wp-login.php", "/.env", "/old/shop.html",
		"/img/teapot-" .. math.random(100, 140) .. ".png", "/xmlrpc.php?rsd",
		"/%7Eguest/", "/products/teapot-99.html", "/\"quoted\"",
		"/na\195\175ve", "/back\\slash" })
end

-- Lines that no browser would send, but every server gets.
local odd = {
	"\22\3\1\2\0\1\0\1\252\3\3hello, this is not TLS\r\n\r\n",
	"GET\r\n\r\n",
	"GET /no-protocol-and-two words HTTP/1.1\r\nHost: shop.example.com\r\n\r\n",
	"GET /ancient\r\n",
	"get /lower HTTP/1.1\r\nHost: shop.example.com\r\n\r\n",
	"GET / HTTP/9.9\r\n\r\n",
	"GET /no-host HTTP/1.1\r\n\r\n",
	"OPTIONS * HTTP/1.0\r\n\r\n",
	"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
	"GET /" .. string.rep("long/", 1200) .. " HTTP/1.1\r\nHost: shop.example.com\r\n\r\n",
	"\"quoted\" request\r\n\r\n",
}

local function ask(method, path, headers, body)
	headers["Host"] = "shop.example.com"
	headers["X-Forwarded-For"] = clients[math.floor(#clients * math.random() ^ 2) + 1]
	local agent = pick(agents)
	if agent ~= "-" then
		headers["User-Agent"] = agent
	end
	if math.random() < 0.5 then
		headers["Referer"] = pick(referers)
	end
	local protocol = "HTTP/1.1"
	if math.random() < 0.02 then
		protocol = "HTTP/1.0"
	end
	if method == "HEAD" or protocol == "HTTP/1.0" then
		headers["Connection"] = "close"
	end
	local lines = { method .. " " .. path .. " " .. protocol }
	for name, value in pairs(headers) do
		lines[#lines + 1] = name .. ": " .. value
	end
	if body then
		lines[#lines + 1] = "Content-Length: " .. #body
	end
	return table.concat(lines, "\r\n") .. "\r\n\r\n" .. (body or "")
end

local function choose()
	local dice = math.random()
	local number = math.floor(400 * math.random() ^ 3) + 1
	if dice < 0.30 then
		return ask("GET", page(), {})
	elseif dice < 0.56 then
		return ask("GET", asset(), {})
	elseif dice < 0.65 then
		local when = "Fri, 20 Nov 2026 00:00:00 GMT"
		return ask("GET", asset(), { ["If-Modified-Since"] = when })
	elseif dice < 0.67 then
		return ask("HEAD", page(), {})
	elseif dice < 0.68 then
		return ask("GET", "/downloads/manual.pdf", { Range = "bytes=1000-4999" })
	elseif dice < 0.74 then
		return ask("GET", "/search?q=" .. pick(words), {})
	elseif dice < 0.84 then
		return ask("GET", "/api/v1/orders/" .. number, {})
	elseif dice < 0.87 then
		return ask("POST", "/api/v1/orders", {}, string.rep("x", math.random(20, 900)))
	elseif dice < 0.88 then
		return ask("DELETE", "/api/v1/session", {})
	elseif dice < 0.905 then
		return ask("GET", "/api/v1/reports/" .. pick({ "daily", "weekly", "monthly?year=2025", "monthly?year=2026", "yearly" }), {})
	elseif dice < 0.915 then
		return ask("GET", "/api/v1/export?format=" .. pick({ "csv", "json", "xml" }), {})
	elseif dice < 0.919 then
		return ask("GET", "/api/v1/invoices/" .. pick({ "open", "late" }), {})
	elseif dice < 0.921 then
		return ask("GET", "/loop/" .. pick({ "one", "two" }), {})
	elseif dice < 0.95 then
		return ask("GET", missing(), {})
	elseif dice < 0.96 then
		return ask("GET", "/blog/2019/teapots.html", {})
	elseif dice < 0.97 then
		return ask("GET", pick({ "/private/keys.html", "/img/" }), {})
	elseif dice < 0.985 then
		local user = pick(users)
		return ask("GET", "/admin/index.html", { Authorization = "Basic " .. coded[user] })
	elseif dice < 0.987 then
		return ask("GET", "/admin/index.html", {})
	elseif dice < 0.989 then
		return ask("POST", "/index.html", {}, "a=b")
	elseif dice < 0.991 then
		return ask("POST", "/api/v1/orders", {}, string.rep("y", 4000))
	elseif dice < 0.997 then
		return ask("GET", page(), {})
	end
	return odd[math.random(#odd)]
end

function request()
	sent = sent + 1
	if sent > total then
		wrk.thread:stop()
	end
	return choose()
end
