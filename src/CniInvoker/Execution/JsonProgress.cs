using System.Text;
using System.Text.Json;

namespace CniInvoker;

/// <summary>Whether what a child has written so far is a JSON value to its end. Looks at every byte once.</summary>
internal sealed class JsonProgress
{
    private JsonReaderState _state = new(JsonText.ReaderOptions);
    private int _seen;

    /// <summary>The value is whole, or what is there will never be one.</summary>
    public bool IsOver { get; private set; }

    public void Look(ReadOnlySpan<byte> written)
    {
        if (IsOver)
            return;

        _seen = _seen == 0 && written.StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : _seen;
        var reader = new Utf8JsonReader(written[_seen..], isFinalBlock: false, _state);
        try
        {
            while (!IsOver && reader.Read())
                IsOver = reader.CurrentDepth == 0 && reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray);
        }
        catch (JsonException)
        {
            IsOver = true;
            return;
        }

        _seen += (int)reader.BytesConsumed;
        _state = reader.CurrentState;
    }
}
