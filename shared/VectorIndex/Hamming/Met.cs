namespace Pipeline.VectorIndex.Hamming;

/// <summary>A code that may be a hit of a search.</summary>
/// <param name="Place">Where its value is, later the value.</param>
/// <param name="Distance">The kept word's distance.</param>
/// <param name="Table">Number of the table.</param>
/// <param name="Step">The step that met it.</param>
internal readonly record struct Met(int Place, int Distance, int Table, int Step);
