using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Bridge.Adapter.Settings;

// Addresses and other values of telemetry.
internal sealed partial class SettingsValue
{
    private const int LongestSocket = 107; // sun_path of unix(7), without the zero byte.
    private const int LongestName = 255;

    /// <summary>Whether the value is <see cref="None"/>, which is consumed then.</summary>
    public bool IsNone() => IsWord(None);

    /// <summary>An address of this host, with its port.</summary>
    public IPEndPoint? Listen(IPEndPoint? current)
    {
        const string Expected = "an IP address and a port, for example 127.0.0.1:9464 or '[::1]:9464'";
        if (Scalar(Expected) is not { } scalar)
            return current;

        if (SettingsText.ParseEndPoint(scalar.Value) is { Port: > 0 } address)
            return address;

        problems.Add(scalar.Start, $"{Prefix}\"{scalar.Value}\" is not {Expected}");
        return current;
    }

    /// <summary>A receiver of spans.</summary>
    public Uri? Receiver(Uri? current)
    {
        const string Expected = "a URL, for example http://127.0.0.1:4318, or a socket, for example unix:///run/otel.sock";
        if (Scalar(Expected) is not { } scalar)
            return current;

        var problem = !Uri.TryCreate(scalar.Value, UriKind.Absolute, out var url) || scalar.Value.Any(char.IsControl)
            ? $"\"{scalar.Value}\" is not {Expected}"
            : url switch
            {
                { Scheme: not ("http" or "https" or "unix") } => $"\"{url.Scheme}\" is none of http, https and unix",
                { UserInfo.Length: > 0 } => "the URL must not contain a user or password; put a header into traces.headersFile",
                { Query.Length: > 0 } or { Fragment.Length: > 0 } => "the URL must have neither ? nor #",
                { Scheme: "unix", Host.Length: > 0 } or { Scheme: "unix", AbsolutePath.Length: < 2 } =>
                    "a socket has an absolute path after unix://, for example unix:///run/otel.sock",
                { Scheme: "unix" } when Encoding.UTF8.GetByteCount(url.LocalPath) > LongestSocket =>
                    $"the path is longer than the kernel's {LongestSocket} bytes",
                { Scheme: not "unix", Host.Length: 0 } => "the URL names no host",
                _ => null,
            };
        if (problem is null)
            return url;

        problems.Add(scalar.Start, Prefix + problem);
        return current;
    }

    /// <summary>One of the values that are spelt so.</summary>
    public T Choice<T>(T current, IReadOnlyList<(string Text, T Value)> choices)
    {
        var words = string.Join(", ", choices.Select(choice => choice.Text));
        if (Scalar($"one of {words}") is not { } scalar)
            return current;

        foreach (var (_, value) in choices.Where(choice => choice.Text == scalar.Value))
            return value;

        problems.Add(scalar.Start, $"{Prefix}\"{scalar.Value}\" is not one of {words}");
        return current;
    }

    /// <summary>A name in the records of other programs.</summary>
    public string Name(string current)
    {
        if (Scalar("a name") is not { } scalar)
            return current;

        if (scalar.Value.Length is > 0 and <= LongestName && !string.IsNullOrWhiteSpace(scalar.Value) && !scalar.Value.Any(char.IsControl))
            return scalar.Value;

        problems.Add(scalar.Start, $"{Prefix}a name has 1 to {LongestName} characters, no control characters and not only blanks");
        return current;
    }

    /// <summary>A share of a whole.</summary>
    public double Ratio(double current) =>
        Quantity(current, 0.0, 1.0, ParseRatio, SettingsText.Ratio, "a share of 1, for example 0.1");

    private static double? ParseRatio(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var ratio) ? ratio : null;
}
