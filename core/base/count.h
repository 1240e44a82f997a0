/*
 * count: how many elements an array has, at compile time. Never of a pointer.
 */
#ifndef TAU_CORE_BASE_COUNT_H
#define TAU_CORE_BASE_COUNT_H

#define COUNT(array) (sizeof(array) / sizeof *(array))

#endif
