#include "guard.h"

#include <algorithm>
#include <cstring>

#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>

void pipeline_write_error(const char* message, char* error, int32_t error_size) noexcept
{
    if (error == nullptr || error_size <= 0) {
        return;
    }
    const size_t length = std::min(std::strlen(message), static_cast<size_t>(error_size) - 1);
    std::memcpy(error, message, length);
    error[length] = '\0';
}

void pipeline_configure_opencv()
{
    static const bool configured = [] {
        cv::setNumThreads(1);
        cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
        // OpenCV prints every error to stderr before it throws; the exception carries the same text.
        cv::redirectError([](int, const char*, const char*, const char*, int, void*) { return 0; });
        return true;
    }();
    (void)configured;
}
