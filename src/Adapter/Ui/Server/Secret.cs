using System.Text;

namespace Bridge.Adapter.Ui.Server;

/// <summary>A random text that nobody can guess.</summary>
internal sealed class Secret
{
    private const int Bytes = 32;

    private readonly byte[] _utf8;

    /// <exception cref="IOException">The kernel gives no random bytes.</exception>
    public Secret()
    {
        var random = new byte[Bytes];
        using (var kernel = File.OpenRead("/dev/urandom"))
            kernel.ReadExactly(random);

        Text = Convert.ToHexStringLower(random);
        _utf8 = Encoding.ASCII.GetBytes(Text);
    }

    /// <summary>In letters and digits.</summary>
    public string Text { get; }

    /// <summary>Takes the same time whatever is wrong with the guess, so that the time tells nothing.</summary>
    public bool Is(string? guess)
    {
        var given = Encoding.UTF8.GetBytes(guess ?? "");
        var difference = given.Length ^ _utf8.Length;
        for (var at = 0; at < _utf8.Length; at++)
            difference |= _utf8[at] ^ (at < given.Length ? given[at] : 0);

        return difference == 0;
    }
}
