using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bridge.Adapter.Control;

/// <summary>The operator's protocol as JSON. Indented, because people read <c>status --json</c> too.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(StatusResponse))]
[JsonSerializable(typeof(CheckRequest))]
[JsonSerializable(typeof(CheckResponse))]
[JsonSerializable(typeof(RepairRequest))]
[JsonSerializable(typeof(RepairResponse))]
[JsonSerializable(typeof(ForgetRequest))]
[JsonSerializable(typeof(ForgetResponse))]
[JsonSerializable(typeof(ControlError))]
internal sealed partial class ControlJson : JsonSerializerContext;
