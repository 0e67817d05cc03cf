"""A web server as repositories may meet it. Prints its port; what it does is the first part of the path:

ok        serves the directory            500, 403  answers with that status
slow      a byte each 50 ms               cut       half of the announced bytes, then hangs up
stall     half, and then nothing          chunkcut  half, in chunks without an end
endless   chunks for ever                 big       announces 1 TB
redirect  to ok                           loop      to itself
plain     to http://, wherever            long      more bytes than announced
"""
import http.server, os, ssl, sys, time, urllib.parse

root, certificate, key = sys.argv[1], sys.argv[2], sys.argv[3]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        print("asked", self.path, flush=True)

    def do_GET(self):
        self.close_connection = True
        mode, _, rest = urllib.parse.unquote(self.path).lstrip("/").partition("/")
        path = os.path.join(root, rest)
        if mode.isdigit():
            return self.answer(int(mode), b"")
        if not os.path.isfile(path):
            return self.answer(404, b"none")
        data = open(path, "rb").read()
        half = len(data) // 2
        if mode == "ok":
            self.answer(200, data)
        elif mode == "slow":
            self.head(200, {"Content-Length": len(data)})
            for byte in data:
                self.wfile.write(bytes([byte]))
                time.sleep(0.05)
        elif mode in ("cut", "stall"):
            self.head(200, {"Content-Length": len(data)})
            self.wfile.write(data[:half])
            self.wfile.flush()
            time.sleep(60 if mode == "stall" else 0)
        elif mode == "chunkcut":
            self.head(200, {"Transfer-Encoding": "chunked"})
            self.wfile.write(b"%x\r\n" % half + data[:half] + b"\r\n")
        elif mode == "endless":
            self.head(200, {"Transfer-Encoding": "chunked"})
            while True:
                self.wfile.write(b"10000\r\n" + bytes(65536) + b"\r\n")
        elif mode == "big":
            self.head(200, {"Content-Length": 10**12})
            self.wfile.write(data)
        elif mode == "long":
            self.head(200, {"Content-Length": half})
            self.wfile.write(data)
        elif mode == "redirect":
            self.head(302, {"Location": "/ok/" + rest, "Content-Length": 0})
        elif mode == "loop":
            self.head(301, {"Location": self.path, "Content-Length": 0})
        elif mode == "plain":
            self.head(302, {"Location": "http://127.0.0.1:9/ok/" + rest, "Content-Length": 0})

    def head(self, status, headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, str(value))
        self.end_headers()

    def answer(self, status, body):
        self.head(status, {"Content-Length": len(body)})
        self.wfile.write(body)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, address):
        pass


server = Server(("127.0.0.1", 0), Handler)
if certificate != "-":
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
print("port", server.server_address[1], flush=True)
server.serve_forever()
