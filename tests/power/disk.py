"""A drive with a cache that loses power: the only thing it promises is what it was told to flush.

What is written stays in memory until it is flushed, or until chance takes some sectors of it to the
platter earlier, in any order and torn at 512 bytes, as a drive does. When the machine is cut, this process dies
with it, and what had not reached the platter is gone. Speaks the block device's side of NBD over a
socket pair, so that the kernel's file system sends it real flushes and forced writes (FUA).
"""

import fcntl
import mmap
import os
import random
import socket
import struct
import sys

SECTOR = 512
SET_SOCK, SET_BLKSIZE, DO_IT, SET_SIZE_BLOCKS, SET_FLAGS = 0xAB00, 0xAB01, 0xAB03, 0xAB07, 0xAB0A
HAS_FLAGS, SENDS_FLUSH, SENDS_FUA = 1, 4, 8
READ, WRITE, DISCONNECT, FLUSH = 0, 1, 2, 3
REQUEST, REPLY = 0x25609513, 0x67446698
FORCED = 1 << 16
# Of ten writes so many make the drive take some of what it holds to the platter on its own account.
RESTLESS_TENTHS = 3


class Drive:
    def __init__(self, platter, chance, lies):
        self.platter = os.open(platter, os.O_RDWR | os.O_DIRECT)
        self.size = os.lseek(self.platter, 0, os.SEEK_END)
        self.held = {}
        self.chance = chance
        self.lies = lies
        self.room = mmap.mmap(-1, 1 << 22)  # aligned, as O_DIRECT wants it

    def read(self, at, length):
        count = os.preadv(self.platter, [memoryview(self.room)[:length]], at)
        assert count == length, "the platter is too short"
        out = bytearray(self.room[:length])
        for n in range(length // SECTOR):
            held = self.held.get(at // SECTOR + n)
            if held is not None:
                out[n * SECTOR : (n + 1) * SECTOR] = held
        return out

    def write(self, at, what, forced):
        sectors = range(at // SECTOR, (at + len(what)) // SECTOR)
        for n, sector in enumerate(sectors):
            self.held[sector] = what[n * SECTOR : (n + 1) * SECTOR]
        if forced and not self.lies:
            self.settle(sectors)
        elif self.chance.random() < RESTLESS_TENTHS / 10:
            self.settle([s for s in self.held if self.chance.random() < 0.5])

    def flush(self):
        if not self.lies:
            self.settle(list(self.held))

    def settle(self, sectors):
        """Takes held sectors to the platter; neighbours in one go."""
        runs = []
        for sector in sorted(sectors):
            if runs and runs[-1][-1] == sector - 1 and len(runs[-1]) < len(self.room) // SECTOR:
                runs[-1].append(sector)
            else:
                runs.append([sector])
        self.chance.shuffle(runs)
        for run in runs:
            length = len(run) * SECTOR
            self.room[:length] = b"".join(self.held.pop(sector) for sector in run)
            count = os.pwritev(self.platter, [memoryview(self.room)[:length]], run[0] * SECTOR)
            assert count == length, "the platter took less"


def serve(drive, wire):
    def take(length):
        out = bytearray()
        while len(out) < length:
            more = wire.recv(length - len(out))
            if not more:
                sys.exit(0)
            out += more
        return bytes(out)

    while True:
        magic, kind, handle, at, length = struct.unpack(">LL8sQL", take(28))
        assert magic == REQUEST
        answer = b""
        if kind & 0xFFFF == READ:
            answer = bytes(drive.read(at, length))
        elif kind & 0xFFFF == WRITE:
            drive.write(at, take(length), bool(kind & FORCED))
        elif kind & 0xFFFF == FLUSH:
            drive.flush()
        elif kind & 0xFFFF == DISCONNECT:
            sys.exit(0)
        wire.sendall(struct.pack(">LL8s", REPLY, 0, handle) + answer)


def main(device, platter, seed, lies):
    drive = Drive(platter, random.Random(seed), lies == "lies")
    ours, kernels = socket.socketpair()
    nbd = os.open(device, os.O_RDWR)
    for ask, value in [
        (SET_BLKSIZE, SECTOR),
        (SET_SIZE_BLOCKS, drive.size // SECTOR),
        (SET_FLAGS, HAS_FLAGS | SENDS_FLUSH | SENDS_FUA),
        (SET_SOCK, kernels.fileno()),
    ]:
        fcntl.ioctl(nbd, ask, value)
    if os.fork() == 0:
        ours.close()
        fcntl.ioctl(nbd, DO_IT)
        os._exit(0)
    kernels.close()
    serve(drive, ours)


if __name__ == "__main__":
    main(*sys.argv[1:])
