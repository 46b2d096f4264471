using System.Security.Cryptography;
using System.Text;

namespace CniInvoker.Tests.Properties;

/// <summary>The hashes of .NET are the truth.</summary>
public sealed class NameHashTests
{
    // Beyond two blocks of either: every length of the padding is among them.
    private const int Longest = 300;

    [Fact]
    public void A_name_of_every_length_has_the_hash_that_OpenSSL_computes()
    {
        foreach (var length in Enumerable.Range(0, Longest))
        {
            var name = string.Concat(Enumerable.Range(0, length).Select(index => index % 7 == 0 ? 'ü' : (char)('a' + (index % 26))));
            NameHash.Sha256(name).Should().Equal(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
            NameHash.Sha512(name).Should().Equal(SHA512.HashData(Encoding.UTF8.GetBytes(name)));
        }
    }
}
