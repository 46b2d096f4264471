using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Bridge.Fuzzing.Targets;

/// <summary>
/// What was found instead of what is promised: promises are asked about some hundred thousand times a minute, and hardly ever broken.
/// </summary>
[InterpolatedStringHandler]
internal readonly ref struct FoundText
{
    private readonly StringBuilder? _text;

    public FoundText(int literalLength, int formattedCount, bool isKept, out bool isNeeded)
    {
        isNeeded = !isKept;
        _text = isKept ? null : new StringBuilder(literalLength + (formattedCount * 16));
    }

    public void AppendLiteral(string text) => _text!.Append(text);

    public void AppendFormatted<T>(T value) => _text!.Append(CultureInfo.InvariantCulture, $"{value}");

    public override string ToString() => _text?.ToString() ?? "";
}
