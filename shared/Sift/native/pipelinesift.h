// The C surface between Pipeline.Sift and OpenCV. Functions return 0, or -1 with the reason in error
// (UTF-8, zero-terminated, cut to error_size). No C++ exception passes.
#pragma once

#include <cstdint>

#define PIPELINE_EXPORT extern "C" __attribute__((visibility("default")))

struct pipeline_keypoint {
    float x;        // pixels, the centre of the top left pixel is (0, 0)
    float y;
    float size;     // diameter of the region
    float angle;    // degrees, [0, 360)
    float response; // contrast, by which the strongest are chosen
    int32_t octave;
};

// Finds at most capacity keypoints, the strongest first, and their SIFT descriptors: 128 bytes each.
PIPELINE_EXPORT int pipeline_sift_extract(
    const uint8_t* gray, int32_t width, int32_t height, int32_t capacity, double contrast_threshold, double edge_threshold,
    pipeline_keypoint* keypoints, uint8_t* descriptors, int32_t* count, char* error, int32_t error_size);

// Fits a homography (9 values, row-major) that maps from[i] to to[i] (x, y pairs); mask[i] is 1 for inliers.
// found is 0 when no model was found. The same input always gives the same output.
PIPELINE_EXPORT int pipeline_find_homography(
    const float* from, const float* to, int32_t count, double threshold, int32_t max_iterations, double confidence,
    double* homography, uint8_t* mask, int32_t* found, char* error, int32_t error_size);
