"""Letters and short messages leave by a real server or gateway, and a refusal is told as one."""

import json
import socketserver
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from fotfeste_server.mail import BadSettings, FileMail, FileSms, Letter, Refused, mail_of, sms_of

LETTER = Letter("brev-1", "ny@eksempel.no", "Hei på deg", "Æ, ø og å\n")


class Mailbox(socketserver.StreamRequestHandler):
    """Just enough of a mail server to take a letter, or to refuse it for now or for good."""

    def handle(self):
        self.say("220 hei")
        while line := self.rfile.readline().decode().strip():
            word = line.split(maxsplit=1)[0].upper()
            if word == "DATA":
                self.say("354 go on")
                self.server.letters.append(b"".join(iter(self.rfile.readline, b".\r\n")).decode())
                self.say("250 taken")
            elif word == "RCPT":
                self.say("550 no such user" if "feil@" in line else "451 later" if "senere@" in line else "250 ok")
            else:
                self.say("221 bye" if word == "QUIT" else "250 ok")

    def say(self, text):
        self.wfile.write(f"{text}\r\n".encode())


class Gateway(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.letters.append((self.headers["Authorization"], body))
        self.send_response({"+4790000000": 422, "+4790000001": 503}.get(body["to"], 202))
        self.end_headers()

    def log_message(self, *_words):
        """Say nothing."""


@pytest.fixture
def serving(request):
    kind, handler = request.param
    server = kind(("127.0.0.1", 0), handler)
    server.letters = []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("serving", [(socketserver.TCPServer, Mailbox)], indirect=True)
def test_a_mail_server_takes_a_letter_or_its_refusal_is_told(serving, tmp_path):
    (tmp_path / "smtp.toml").write_text(f'host = "127.0.0.1"\nport = {serving.server_address[1]}\ntls = false\n')
    mail = mail_of(tmp_path, tmp_path)

    mail.send(LETTER)
    with pytest.raises(Refused):
        mail.send(Letter("2", "feil@eksempel.no", "x", "y"))
    with pytest.raises(OSError, match="later"):
        mail.send(Letter("3", "senere@eksempel.no", "x", "y"))

    assert 1 == len(serving.letters)
    assert "To: ny@eksempel.no" in serving.letters[0]
    assert "Message-ID: <brev-1@localhost>" in serving.letters[0]


@pytest.mark.parametrize("serving", [(HTTPServer, Gateway)], indirect=True)
def test_a_gateway_takes_a_message_or_its_refusal_is_told(serving, tmp_path):
    url = f"http://127.0.0.1:{serving.server_address[1]}/send"
    (tmp_path / "sms.toml").write_text(f'url = "{url}"\ntoken = "hemmelig"\nsender = "Nettverket"\n')
    sms = sms_of(tmp_path, tmp_path)

    sms.send("+4791111111", "Hei")
    with pytest.raises(Refused):
        sms.send("+4790000000", "Hei")
    with pytest.raises(OSError, match="503"):
        sms.send("+4790000001", "Hei")

    taken = {"from": "Nettverket", "to": "+4791111111", "text": "Hei"}
    assert ("Bearer hemmelig", taken) == serving.letters[0]


def test_without_settings_everything_stays_on_this_machine(tmp_path):
    mail, sms = mail_of(tmp_path, tmp_path), sms_of(tmp_path, tmp_path / "sms")
    for _ in range(2):
        mail.send(LETTER)
        sms.send("+4791111111", "Hei på deg")

    assert (FileMail, FileSms) == (type(mail), type(sms))
    assert 1 == len(list(tmp_path.glob("*.eml")))
    assert ["+4791111111\nHei på deg\n"] == [path.read_text("utf-8") for path in (tmp_path / "sms").glob("*.txt")]


@pytest.mark.parametrize("settings", ['url = "http://sms.example.org/"', "port = [", "token = 3", 'host = "x"'])
def test_settings_that_would_not_work_stop_the_start(tmp_path, settings):
    (tmp_path / "sms.toml").write_text(settings)

    with pytest.raises(BadSettings):
        sms_of(tmp_path, tmp_path)
