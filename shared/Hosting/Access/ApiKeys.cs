using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Hosting;

/// <summary>Finds the key that a caller presents among those configured.</summary>
public static class ApiKeys
{
    /// <summary>The configured key whose hash is that of <paramref name="presented"/>, or null.</summary>
    public static ApiKeyOptions? Find(IEnumerable<ApiKeyOptions> keys, string presented)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(presented);

        // Every key is compared, in constant time, so timing tells nothing about which one nearly matched.
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(presented), hash);
        ApiKeyOptions? match = null;
        foreach (var key in keys)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, Convert.FromHexString(key.Sha256)))
            {
                match = key;
            }
        }

        return match;
    }
}
