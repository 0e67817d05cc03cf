// System calls and constants that Swift cannot import by itself: varargs functions, and names
// newer than the distribution's kernel headers.
#pragma once
#include "bpf_syscall.h"
#include "capability.h"
#include "collecting.h"
#include "events.h"
#include "guard.h"
#include "membarrier.h"
#include "namespace.h"
#include "namespaces.h"
#include "netlink.h"
#include "process.h"
#include "tun.h"
