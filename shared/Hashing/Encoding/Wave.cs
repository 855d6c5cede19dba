namespace Pipeline.Hashing;

/// <summary>
/// One bit of spectral hashing: whether sin(π/2 + π·(y − start)/halfWave) is positive, y the feature's value on one
/// projection. Weiss, Torralba, Fergus: Spectral Hashing, NIPS 2008: start is the least value of the training rows on
/// the projection, halfWave their range divided by the number of half-waves.
/// </summary>
/// <param name="Projection">Index of the projection.</param>
/// <param name="Start">Where the wave has its crest, on the projection of centred features.</param>
/// <param name="HalfWave">Length of half a wave, above 0.</param>
public readonly record struct Wave(int Projection, double Start, double HalfWave);
