#pragma once

#include <cstdint>
#include <exception>

void pipeline_write_error(const char* message, char* error, int32_t error_size) noexcept;

// One thread per call: the workers run several calls side by side already.
void pipeline_configure_opencv();

// Runs body and turns any exception into a return value.
template <typename Body>
int pipeline_guard(char* error, int32_t error_size, Body&& body) noexcept
{
    try {
        pipeline_configure_opencv();
        body();
        return 0;
    } catch (const std::exception& e) {
        pipeline_write_error(e.what(), error, error_size);
    } catch (...) {
        pipeline_write_error("unknown C++ exception", error, error_size);
    }
    return -1;
}
