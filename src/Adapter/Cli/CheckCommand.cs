using System.Text.Json;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Control;

namespace Bridge.Adapter.Cli;

/// <summary>The outcome of CHECK for people.</summary>
internal static class CheckReport
{
    public static void Write(CheckResponse response, bool json, TextWriter output)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(response, ControlJson.Default.CheckResponse));
            return;
        }

        if (response.Results.Count == 0)
        {
            output.WriteLine("No containers are attached.");
            return;
        }

        var table = new TextTable("CONTAINER", "ENDPOINT", "OUTCOME", "MESSAGE");
        foreach (var result in response.Results)
            table.Add(result.ContainerName, DockerId.Short(result.EndpointId), result.Outcome.ToString().ToLowerInvariant(),
                result.Message);

        table.WriteTo(output);
    }
}
