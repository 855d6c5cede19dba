using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.VectorIndex.Qdrant.Wire;

/// <summary>Reads and writes vectors without the lists in between.</summary>
internal sealed class WireVectorConverter : JsonConverter<WireVector>
{
    private const int FirstLength = 1024;

    public override WireVector Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartArray:
                return new WireVector(new DenseVector(ReadArray(ref reader, static (ref r) => r.GetSingle())), 0);
            case JsonTokenType.StartObject:
                return new WireVector(ReadSparse(ref reader), 0);
            default:
                throw new JsonException("A vector is neither dense nor sparse.");
        }
    }

    public override void Write(Utf8JsonWriter writer, WireVector value, JsonSerializerOptions options)
    {
        switch (value.Value)
        {
            case DenseVector dense:
                WriteArray(writer, dense.Values);
                break;
            case BinaryCode code:
                writer.WriteStartArray();
                for (var bit = 0; bit < value.Bits; bit++)
                {
                    writer.WriteNumberValue(((code.Bytes[bit >> 3] >> (bit & 7) & 1) << 1) - 1);
                }

                writer.WriteEndArray();
                break;
            case SparseVector sparse:
                writer.WriteStartObject();
                writer.WritePropertyName("indices"u8);
                writer.WriteStartArray();
                foreach (var index in sparse.Indices)
                {
                    writer.WriteNumberValue(index);
                }

                writer.WriteEndArray();
                writer.WritePropertyName("values"u8);
                WriteArray(writer, sparse.Values);
                writer.WriteEndObject();
                break;
            default:
                throw new JsonException("There is no such vector.");
        }
    }

    private static void WriteArray(Utf8JsonWriter writer, ReadOnlySpan<float> values)
    {
        writer.WriteStartArray();
        foreach (var value in values)
        {
            writer.WriteNumberValue(value);
        }

        writer.WriteEndArray();
    }

    private static SparseVector ReadSparse(ref Utf8JsonReader reader)
    {
        uint[]? indices = null;
        float[]? values = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isIndices = reader.ValueTextEquals("indices"u8);
            var isValues = reader.ValueTextEquals("values"u8);
            reader.Read();
            if (isIndices)
            {
                indices = ReadArray(ref reader, static (ref r) => r.GetUInt32());
            }
            else if (isValues)
            {
                values = ReadArray(ref reader, static (ref r) => r.GetSingle());
            }
            else
            {
                reader.Skip();
            }
        }

        if (indices is null || values is null || indices.Length != values.Length)
        {
            throw new JsonException("A sparse vector has not as many indices as values.");
        }

        // Kept in ascending order everywhere here; the server need not.
        Array.Sort(indices, values);
        return new SparseVector(indices, values);
    }

    private static T[] ReadArray<T>(ref Utf8JsonReader reader, ReadElement<T> read)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("A vector is no array.");
        }

        var buffer = ArrayPool<T>.Shared.Rent(FirstLength);
        try
        {
            var count = 0;
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (count == buffer.Length)
                {
                    var larger = ArrayPool<T>.Shared.Rent(count * 2);
                    buffer.CopyTo(larger, 0);
                    ArrayPool<T>.Shared.Return(buffer);
                    buffer = larger;
                }

                buffer[count++] = read(ref reader);
            }

            return buffer[..count];
        }
        finally
        {
            ArrayPool<T>.Shared.Return(buffer);
        }
    }

    private delegate T ReadElement<T>(ref Utf8JsonReader reader);
}
