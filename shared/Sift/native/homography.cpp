#include "pipelinesift.h"

#include <cstring>
#include <stdexcept>

#include <opencv2/calib3d.hpp>
#include <opencv2/core.hpp>

#include "guard.h"

PIPELINE_EXPORT int pipeline_find_homography(
    const float* from, const float* to, int32_t count, double threshold, int32_t max_iterations, double confidence,
    double* homography, uint8_t* mask, int32_t* found, char* error, int32_t error_size)
{
    return pipeline_guard(error, error_size, [&] {
        if (from == nullptr || to == nullptr || homography == nullptr || mask == nullptr || found == nullptr || count < 4) {
            throw std::invalid_argument("null pointer or fewer than four pairs");
        }
        *found = 0;

        const cv::Mat source(count, 1, CV_32FC2, const_cast<float*>(from));
        const cv::Mat target(count, 1, CV_32FC2, const_cast<float*>(to));
        cv::Mat inliers;

        // cv::RANSAC draws its samples from a generator of its own with a constant seed, so results are reproducible.
        const cv::Mat model = cv::findHomography(source, target, cv::RANSAC, threshold, inliers, max_iterations, confidence);
        if (model.empty() || inliers.total() != static_cast<size_t>(count)) {
            return;
        }
        std::memcpy(homography, model.ptr<double>(), 9 * sizeof(double));
        std::memcpy(mask, inliers.ptr<uint8_t>(), static_cast<size_t>(count));
        *found = 1;
    });
}
