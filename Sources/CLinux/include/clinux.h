// System calls and constants that Swift cannot import by itself: varargs functions, and names
// newer than the distribution's kernel headers.
#pragma once
#include "collecting.h"
