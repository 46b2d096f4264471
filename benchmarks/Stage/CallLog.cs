using System.Text;
using System.Text.Json;

namespace Bridge.Benchmarks.Stage;

/// <summary>Reads the times of calls from cnm-cni's log.</summary>
internal sealed class CallLog(string path)
{
    private const int Answered = 100; // The event of src/Adapter/Telemetry/Log.cs.

    private long _read;

    /// <summary>Everything so far does not count.</summary>
    public void Skip() => _read = new FileInfo(path).Length;

    /// <summary>The calls since the last reading: milliseconds in cnm-cni itself, and those in which it waited for plugins.</summary>
    public (double Own, double Plugins) Read()
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Seek(_read, SeekOrigin.Begin);
        using var reader = new StreamReader(file);
        var text = reader.ReadToEnd();
        text = text[..(text.LastIndexOf('\n') + 1)];
        _read += Encoding.UTF8.GetByteCount(text);
        var (own, plugins) = (0.0, 0.0);
        foreach (var line in text.Split('\n').Where(each => each.StartsWith('{')))
        {
            using var json = JsonDocument.Parse(line);
            if (json.RootElement.GetProperty("EventId").GetInt32() != Answered)
                continue;

            var state = json.RootElement.GetProperty("State");
            var inPlugins = state.GetProperty("PluginMilliseconds").GetDouble();
            own += state.GetProperty("Milliseconds").GetDouble() - inPlugins;
            plugins += inPlugins;
        }

        return (own, plugins);
    }
}
