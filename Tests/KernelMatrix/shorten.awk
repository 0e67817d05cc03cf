# What is left of frames, a line of hexadecimal digits each, when a mirror shortens them: the expectation, written
# independently of Periscope from RFC 791, 8200, 768 and 9293.
#
#   awk -v keep=N -v lengths=1|0 -v mask=1|0 -f shorten.awk
#
# keep: bytes of each frame, but not less than its headers. lengths: whether IP and UDP say what is left. mask: whether
# the checksums that shortening changes are written as zeros; of two files, both have to be read so.
function number(digits,    value, i) {
    for (i = 1; i <= length(digits); i++) value = value * 16 + index("0123456789abcdef", substr(digits, i, 1)) - 1
    return value + 0
}
# Bytes of the frame, counted from 0.
function byte(offset) { return number(substr(frame, offset * 2 + 1, 2)) }
function word(offset) { return number(substr(frame, offset * 2 + 1, 4)) }
function put(offset, value) {
    if ((offset + 2) * 2 > length(frame)) return
    frame = substr(frame, 1, offset * 2) sprintf("%04x", value) substr(frame, offset * 2 + 5)
}
{
    frame = $0
    size = length(frame) / 2
    network = 14
    if (bare) network = 0
    else if (word(12) == 33024) network = 18
    type = bare ? (substr(frame, 1, 1) == "4" ? 2048 : 34525) : word(network - 2)
    ends = network
    transport = fragmented = later = protocol = 0
    if (type == 2054) ends += 28
    if (type == 2048) {
        transport = network + (byte(network) % 16) * 4
        protocol = byte(network + 9)
        fragment = word(network + 6) % 16384
        fragmented = fragment != 0
        later = fragment % 8192 != 0
    } else if (type == 34525) {
        transport = network + 40
        protocol = byte(network + 6)
        # Hop-by-hop options; a fragment header.
        while (protocol == 0 || protocol == 44) {
            if (protocol == 44) {
                fragmented = word(transport + 2) >= 8 || word(transport + 2) % 2
                later = word(transport + 2) >= 8
                protocol = byte(transport)
                transport += 8
            } else {
                step = (byte(transport + 1) + 1) * 8
                protocol = byte(transport)
                transport += step
            }
        }
    }
    if (transport) {
        ends = transport
        if (!later) {
            if (protocol == 6) ends = transport + int(byte(transport + 12) / 16) * 4
            else if (protocol == 17) ends = transport + 8
            else if (protocol == 1 || protocol == 58) ends = transport + 8
        }
    }
    left = keep > ends ? keep : ends
    if (left > size) left = size
    if (lengths && fragmented && left < size) left = transport + int((left - transport) / 8) * 8
    shorter = left < size
    frame = substr(frame, 1, left * 2)
    if (transport && lengths && shorter) {
        if (type == 2048) put(network + 2, left - network); else put(network + 4, left - network - 40)
        if (protocol == 17 && !fragmented) put(transport + 4, left - transport)
    }
    if (transport && mask) {
        if (type == 2048) put(network + 10, 0)
        if (!later) {
            if (protocol == 6) put(transport + 16, 0)
            if (protocol == 17) put(transport + 6, 0)
            if (protocol == 1 || protocol == 58) put(transport + 2, 0)
        }
    }
    print frame
}
