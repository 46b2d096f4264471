using System.Text.Json.Serialization;

namespace Bridge.Adapter.State;

[JsonSourceGenerationOptions(
    WriteIndented = true,
    MaxDepth = 1024, // CniInvoker reads configurations and results that are nearly as deep.
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AttachmentRecord))]
[JsonSerializable(typeof(NetworkRecord))]
[JsonSerializable(typeof(ReservationRecord))]
internal sealed partial class StateJson : JsonSerializerContext;
