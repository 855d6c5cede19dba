using System.Runtime.InteropServices;

namespace Pipeline.Sift;

/// <summary>A local feature's place (Lowe, IJCV 60(2), 2004).</summary>
/// <param name="X">Column in pixels; the centre of the top left pixel is 0.</param>
/// <param name="Y">Row in pixels.</param>
/// <param name="Size">Diameter of the described region, in pixels.</param>
/// <param name="Angle">Orientation, degrees in [0, 360).</param>
/// <param name="Response">Contrast; the strongest keypoints have the largest.</param>
/// <param name="Octave">Octave and layer as OpenCV packs them.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct Keypoint(float X, float Y, float Size, float Angle, float Response, int Octave);
