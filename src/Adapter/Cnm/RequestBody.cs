using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Bridge.Adapter.Cnm;

/// <summary>What a call says. Docker sends no Content-Type, so the body is taken as it is.</summary>
internal static class RequestBody
{
    private const string Empty =
        "the request has no body. Docker repeats a call this way when the connection broke during the first attempt; " +
        "nothing was done this time. Try again.";

    /// <exception cref="CnmException">There is nothing. An empty body is Docker's broken retry, never "{}".</exception>
    /// <exception cref="JsonException">It is not what the method asks for.</exception>
    public static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> json)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        if (body.Length == 0)
            throw new CnmException(Empty);

        var text = body.GetBuffer().AsSpan(0, (int)body.Length);
        RequireUnicode(text);
        return JsonSerializer.Deserialize(text, json) ?? throw new CnmException("the request body is null; an object is expected. Nothing was done.");
    }

    // Options are read when they are needed, some of them after plugins have run: too late to find out that "\ud800" is no text.
    private static void RequireUnicode(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text);
        try
        {
            while (reader.Read())
                _ = reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName ? reader.GetString() : null;
        }
        catch (InvalidOperationException notText)
        {
            throw new JsonException($"{notText.Message.TrimEnd('.')}.", notText);
        }
    }
}
