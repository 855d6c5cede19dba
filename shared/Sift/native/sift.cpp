#include "pipelinesift.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <tuple>
#include <vector>

#include <opencv2/core.hpp>
#include <opencv2/features2d.hpp>

#include "guard.h"

namespace {

constexpr int descriptor_bytes = 128;
constexpr int octave_layers = 3;
constexpr double base_sigma = 1.6;

// A total order: equal responses (mirrored texture) must not leave the choice to the sort.
bool stronger(const cv::KeyPoint& a, const cv::KeyPoint& b)
{
    return std::make_tuple(-a.response, a.pt.y, a.pt.x, a.size, a.angle)
        < std::make_tuple(-b.response, b.pt.y, b.pt.x, b.size, b.angle);
}

} // namespace

PIPELINE_EXPORT int pipeline_sift_extract(
    const uint8_t* gray, int32_t width, int32_t height, int32_t capacity, double contrast_threshold, double edge_threshold,
    pipeline_keypoint* keypoints, uint8_t* descriptors, int32_t* count, char* error, int32_t error_size)
{
    return pipeline_guard(error, error_size, [&] {
        if (gray == nullptr || keypoints == nullptr || descriptors == nullptr || count == nullptr || width < 1 || height < 1 || capacity < 1) {
            throw std::invalid_argument("null pointer or empty image");
        }
        *count = 0;

        // OpenCV wants a mutable pointer and does not write through it.
        const cv::Mat image(height, width, CV_8UC1, const_cast<uint8_t*>(gray));
        const auto sift = cv::SIFT::create(capacity, octave_layers, contrast_threshold, edge_threshold, base_sigma, CV_8U);

        std::vector<cv::KeyPoint> points;
        cv::Mat bytes;
        sift->detectAndCompute(image, cv::noArray(), points, bytes);

        // retainBest keeps all ties of the last response, so there may be more than were asked for.
        std::vector<int> order(points.size());
        for (size_t i = 0; i < order.size(); ++i) {
            order[i] = static_cast<int>(i);
        }
        std::sort(order.begin(), order.end(), [&](int a, int b) {
            return stronger(points[static_cast<size_t>(a)], points[static_cast<size_t>(b)]);
        });

        const int found = std::min(static_cast<int>(order.size()), capacity);
        for (int i = 0; i < found; ++i) {
            const int source = order[static_cast<size_t>(i)];
            const cv::KeyPoint& point = points[static_cast<size_t>(source)];
            keypoints[i] = { point.pt.x, point.pt.y, point.size, point.angle, point.response, point.octave };
            std::memcpy(descriptors + static_cast<size_t>(i) * descriptor_bytes, bytes.ptr<uint8_t>(source), descriptor_bytes);
        }
        *count = found;
    });
}
