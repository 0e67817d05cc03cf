"""Makes archives, good and bad, in the directory that is named: NAME.ok.* are good, NAME.bad.* are not."""
import gzip, io, os, struct, sys, tarfile, zipfile

folder = sys.argv[1]
DATA = b"contents\n"


def tar(name, fill, format=tarfile.GNU_FORMAT):
    with tarfile.open(os.path.join(folder, name + ".tar.gz"), "w:gz", format=format) as archive:
        fill(archive)


def entry(archive, name, data=DATA, **fields):
    info = tarfile.TarInfo(name)
    info.size = len(data)
    for key, value in fields.items():
        setattr(info, key, value)
    archive.addfile(info, io.BytesIO(data))


def special(archive, name, type, **fields):
    info = tarfile.TarInfo(name)
    info.type = type
    for key, value in fields.items():
        setattr(info, key, value)
    archive.addfile(info)


def one(name, label, **fields):
    tar(label, lambda archive: entry(archive, name, **fields))


# Names that lead elsewhere, or are none.
for label, name in {
    "parent": "p/../../x", "parent-first": "../x", "absolute": "/tmp/x", "dot-inside": "p/./x", "empty-part": "p//x",
    "backslash": "p\\x", "newline": "p/a\nb", "not-ascii": "p/\u00e4", "long-part": "p/" + "x" * 201,
    "long-path": "/".join(["p"] + ["y" * 100] * 6), "deep": "p/" + "d/" * 20 + "x", "huge-name": "p/" + "z" * 300000,
    "only-parent": "..",
}.items():
    one(name, label + ".bad")
    if label not in ("newline",):
        tar(label + "-pax.bad", lambda archive: entry(archive, name), tarfile.PAX_FORMAT)

# What is neither a file nor a directory.
for label, type, fields in [
    ("symlink", tarfile.SYMTYPE, {"linkname": "/etc/passwd"}), ("hardlink", tarfile.LNKTYPE, {"linkname": "p/a"}),
    ("character-device", tarfile.CHRTYPE, {"devmajor": 1, "devminor": 3}),
    ("block-device", tarfile.BLKTYPE, {"devmajor": 8, "devminor": 0}), ("fifo", tarfile.FIFOTYPE, {}),
]:
    tar(label + ".bad", lambda archive: (entry(archive, "p/a"), special(archive, "p/b", type, **fields)))
# A link, and then a file through it.
tar("through-link.bad", lambda archive: (
    special(archive, "p", tarfile.SYMTYPE, linkname="/tmp"), entry(archive, "p/periscope-escaped")))
for label, mode in [("setuid", 0o4755), ("setgid", 0o2755), ("sticky", 0o1644)]:
    one("p/a", label + ".bad", mode=mode)

# The same name twice, in several ways.
tar("twice.bad", lambda archive: (entry(archive, "p/a"), entry(archive, "p/a", b"other")))
tar("twice-dot.bad", lambda archive: (entry(archive, "p/a"), entry(archive, "./p/a", b"other")))
tar("case.bad", lambda archive: (entry(archive, "p/a"), entry(archive, "p/A")))
tar("case-directory.bad", lambda archive: (entry(archive, "p/a"), entry(archive, "P/b")))
tar("file-then-directory.bad", lambda archive: (entry(archive, "p/a"), entry(archive, "p/a/b")))
tar("directory-then-file.bad", lambda archive: (entry(archive, "p/a/b"), entry(archive, "p/a")))

# Too much: the tests lower the limits to 1,000 entries and 4 MiB.
tar("entries.bad", lambda archive: [entry(archive, "p/%d" % number, b"") for number in range(1001)])
tar("directories.bad", lambda archive: [
    special(archive, "p/%d" % number, tarfile.DIRTYPE, mode=0o755) for number in range(1001)])
tar("bytes.bad", lambda archive: entry(archive, "p/a", os.urandom(5 << 20)))
tar("ratio.bad", lambda archive: entry(archive, "p/a", bytes(3 << 20)))
with gzip.open(os.path.join(folder, "sparse.bad.tar.gz"), "wb") as out:
    # A hole of a terabyte, as GNU tar writes it.
    header = bytearray(tarfile.TarInfo("p/hole").tobuf(tarfile.GNU_FORMAT))
    header[156:157] = b"S"
    header[124:136] = b"%011o\0" % 0
    struct.pack_into("12s12s", header, 386, b"\x80" + (1 << 40).to_bytes(11, "big"), b"%011o\0" % 0)
    header[483:495] = b"\x80" + (1 << 40).to_bytes(11, "big")
    header[148:156] = b"        "
    header[148:156] = b"%06o\0 " % sum(header)
    out.write(bytes(header) + bytes(1024))

# Damaged.
good = io.BytesIO()
with tarfile.open(fileobj=good, mode="w:gz") as archive:
    entry(archive, "p/a", os.urandom(100000))
good = good.getvalue()
for label, data in [("cut", good[: len(good) // 2]), ("empty", b""), ("text", b"no archive\n"),
                    ("gzip-of-text", gzip.compress(b"no archive\n" * 100)), ("header-only", good[:10])]:
    open(os.path.join(folder, label + ".bad.tar.gz"), "wb").write(data)
wrong = bytearray(good)
wrong[-6] ^= 0xFF
open(os.path.join(folder, "checksum.bad.tar.gz"), "wb").write(wrong)
wrong = bytearray(good)
wrong[-2] ^= 0xFF
open(os.path.join(folder, "length.bad.tar.gz"), "wb").write(wrong)
open(os.path.join(folder, "other-format.bad.tar.gz"), "wb").write(gzip.compress(b"!<arch>\n"))
open(os.path.join(folder, "not-compressed-but-zip.bad.zip"), "wb").write(good)

# Good ones of every kind of tar.
def both(archive):
    special(archive, "./", tarfile.DIRTYPE, mode=0o2775)
    special(archive, "./p/", tarfile.DIRTYPE, mode=0o755)
    entry(archive, "./p/a")
    entry(archive, "p/sub/run", b"#!/bin/sh\n", mode=0o755)


for label, format in [("ustar", tarfile.USTAR_FORMAT), ("gnu", tarfile.GNU_FORMAT), ("pax", tarfile.PAX_FORMAT)]:
    tar(label + ".ok", both, format)
def comment(archive):
    archive.pax_headers = {"comment": "x" * 10000}
    both(archive)


tar("pax-headers.ok", comment, tarfile.PAX_FORMAT)


class Stream(io.RawIOBase):
    """Cannot be sought: zipfile writes data descriptors."""

    def __init__(self, path):
        self.out = open(path, "wb")

    def writable(self):
        return True

    def write(self, data):
        return self.out.write(data)


def zip(name, fill, target=None):
    with zipfile.ZipFile(target or os.path.join(folder, name + ".zip"), "w", zipfile.ZIP_DEFLATED) as archive:
        fill(archive)


def zipped(archive, name, data=DATA, mode=0o100644, **options):
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    with archive.open(info, "w", **options) as file:
        file.write(data)


def pair(archive, **options):
    zipped(archive, "p/a", **options)
    zipped(archive, "p/sub/run", b"#!/bin/sh\n", 0o100755, **options)


zip("zip.ok", pair)
zip("descriptors.ok", pair, Stream(os.path.join(folder, "descriptors.ok.zip")))
zip("zip64.ok", lambda archive: pair(archive, force_zip64=True))
zip("zip-parent.bad", lambda archive: zipped(archive, "../x"))
zip("zip-absolute.bad", lambda archive: zipped(archive, "/tmp/x"))
zip("zip-symlink.bad", lambda archive: zipped(archive, "p/a", b"/etc/passwd", 0o120777))
zip("zip-setuid.bad", lambda archive: zipped(archive, "p/a", DATA, 0o104755))
import warnings
warnings.simplefilter("ignore")
zip("zip-twice.bad", lambda archive: (zipped(archive, "p/a"), zipped(archive, "p/a", b"other")))
zip("zip-case.bad", lambda archive: (zipped(archive, "p/a"), zipped(archive, "p/A")))
zip("zip-bomb.bad", lambda archive: zipped(archive, "p/a", bytes(3 << 20)))
zip("zip-entries.bad", lambda archive: [zipped(archive, "p/%d" % number, b"") for number in range(1001)])
data = bytearray(open(os.path.join(folder, "zip.ok.zip"), "rb").read())
open(os.path.join(folder, "zip-cut.bad.zip"), "wb").write(data[: len(data) - 30])
data[36] ^= 0xFF
open(os.path.join(folder, "zip-damaged.bad.zip"), "wb").write(data)
data = bytearray(open(os.path.join(folder, "zip.ok.zip"), "rb").read())
# The central directory says that it is encrypted, and so does the local header.
for signature, offset in [(b"PK\x01\x02", 8), (b"PK\x03\x04", 6)]:
    data[data.index(signature) + offset] |= 1
open(os.path.join(folder, "zip-encrypted.bad.zip"), "wb").write(data)
